"""An object as one input for each of its members, in groups: no JSON is typed in."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

Members = Mapping[str, forms.Field]


class ObjectWidget(forms.Widget):
    """The inputs, each with its label, below the titles of their groups."""

    template_name = "adminsite/object.html"

    def __init__(self, groups: Mapping[str, Members]) -> None:
        super().__init__()
        self.groups = groups

    @property
    def members(self) -> dict[str, forms.Field]:
        """All members, of whichever group."""
        return {name: field for group in self.groups.values() for name, field in group.items()}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        said = value if isinstance(value, Mapping) else {}
        context["groups"] = [
            {
                "title": title,
                "rows": [self._row(name, each, members[each], said) for each in members],
            }
            for title, members in self.groups.items()
        ]
        return context

    def _row(self, name: str, member: str, field: forms.Field, said: Any) -> dict[str, Any]:
        place = f"{name}-{member}"
        shown = field.prepare_value(said.get(member))
        return {
            "id": f"id_{place}",
            "label": field.label or member,
            "input": field.widget.render(place, shown, {"id": f"id_{place}"}),
            "help": field.help_text,
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """Return what was sent of each member."""
        return {
            each: field.widget.value_from_datadict(data, files, f"{name}-{each}")
            for each, field in self.members.items()
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}-{each}" in data for each in self.members)

    def id_for_label(self, id_: str) -> str:
        return ""


class ObjectField(forms.Field):
    """The object of what is typed in; a member that is left empty it has not.

    ``empty_texts``: of these it has the empty text, as such.
    """

    widget: ObjectWidget

    def __init__(
        self, groups: Mapping[str, Members], *, empty_texts: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(widget=ObjectWidget(groups), **kwargs)
        self.empty_texts = empty_texts

    def to_python(self, value: Any) -> dict[str, Any]:
        """Return the object; refuses each member for the reasons that its own field has."""
        found, reasons = {}, []
        for name, field in self.widget.members.items():
            try:
                cleaned = field.clean((value or {}).get(name))
            except ValidationError as error:
                reasons += [f"{field.label or name}: {reason}" for reason in error.messages]
                continue
            if cleaned not in (None, "") or (cleaned == "" and name in self.empty_texts):
                found[name] = cleaned
        if reasons:
            raise ValidationError(reasons)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data != initial)
