"""Forms whose rules are the API's, and fields for what the API has and HTML has not."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms.fields import InvalidJSONInput
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from astra.adminsite.units import human_bytes
from astra.api.media import parse_json
from astra.api.problems import ApiProblem
from astra.api.quantities import parse_size


class ApiForm(forms.ModelForm[Any]):
    """A form that the API judges: what was typed becomes the body of a request.

    The API's serializer and action say what is wrong with it, in their words, and the action makes the
    record. It is tried as the last step of validation, because only the database can tell whether,
    for example, a name is still free.
    """

    # The form's field for a member of the API's body, where the names differ.
    members: ClassVar[Mapping[str, str]] = {}
    # The field that a problem without `invalidFields` is about, by the problem's number.
    problem_fields: ClassVar[Mapping[int, str]] = {}

    def perform(self, data: dict[str, Any]) -> Model:
        """Run the API's action with the cleaned fields; raises the API's problem.

        What the API has no action for is checked by the model: its ``ValidationError`` will do.
        """
        raise NotImplementedError

    def known_members(self) -> Mapping[str, str]:
        """Return ``members`` for what was typed in, where they depend on that."""
        return self.members

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.instance = self.perform(self.cleaned_data)
        except ApiProblem as problem:
            add_problem(self, problem, members=self.known_members(), numbers=self.problem_fields)
        except ValidationError as error:
            self.add_error(None, error)


class LineField(forms.CharField):
    """A text of one line."""

    def __init__(self, *, placeholder: str = "", **kwargs: Any) -> None:
        attrs = {"placeholder": placeholder} if placeholder else {}
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs=attrs), **kwargs)


class AreaField(forms.CharField):
    """A text of several lines."""

    def __init__(self, *, rows: int = 2, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **kwargs)


class PickField(forms.ChoiceField):
    """One of a few."""

    widget = UnfoldAdminSelectWidget


class SearchField(forms.ChoiceField):
    """One of many, found by typing a part of it."""

    widget = UnfoldAdminSelect2Widget


class InstantField(forms.SplitDateTimeField):
    """An instant in UTC, which may be left empty."""

    widget = UnfoldAdminSplitDateTimeWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class JsonField(forms.JSONField):
    """JSON as the API reads it, which may be left empty unless it is required."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 2}))
        super().__init__(required=required, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return what was typed; refuses what is no JSON."""
        try:
            return self._parsed(value)
        except ApiProblem as problem:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from problem

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what is shown again: JSON, or the text that is none."""
        try:
            return self._parsed(data)
        except ApiProblem:
            return InvalidJSONInput(data)

    def _parsed(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        # Half of a surrogate pair is part of no JSON.
        return parse_json(value.encode(errors="replace")) if value.strip() else None


class LinesField(AreaField):
    """A list of strings, one per line."""

    def __init__(self, *, rows: int = 3, required: bool = False, **kwargs: Any) -> None:
        super().__init__(rows=rows, required=required, **kwargs)

    def to_python(self, value: Any) -> Any:
        return lines(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class LabelsField(LinesField):
    """Labels as lines of `name=value`; the value is the API's array of objects."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "One label per line, as name=value.")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the labels; what follows the first `=` of a line is the value."""
        parts = (line.partition("=") for line in super().to_python(value))
        return [{"name": name.strip(), "value": text.strip()} for name, _, text in parts]

    def prepare_value(self, value: Any) -> Any:
        is_stored = isinstance(value, list)
        stored = [f"{label['name']}={label['value']}" for label in value] if is_stored else value
        return super().prepare_value(stored)


def lines(text: str) -> list[str]:
    """Return the lines of a text that are not empty, without the space around them."""
    return [line.strip() for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


class SizeField(LineField):
    """A number of bytes, written as people do: `512 MiB`, `2 GiB`, `10000`."""

    def __init__(self, *, takes_zero: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.takes_zero = takes_zero

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Return the number of bytes; refuses what is no size."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            size = parse_size(int(text) if text.isdecimal() else text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if not size and not self.takes_zero:
            raise forms.ValidationError("Must be greater than zero.")
        return size

    def prepare_value(self, value: Any) -> Any:
        """Return a stored number with its unit, where that loses nothing."""
        if not isinstance(value, int):
            return value
        text = human_bytes(value) if value >= 1024 else str(value)
        return text if self.to_python(text) == value else str(value)


def add_problem(
    form: forms.BaseForm,
    problem: ApiProblem,
    *,
    members: Mapping[str, str] | None = None,
    numbers: Mapping[int, str] | None = None,
) -> None:
    """Show a problem as errors of the form, each reason at the field it is about.

    ``members``: the form's field for a member of the API's body, where the names differ, or for a
    member within one; ``numbers``: the field that a problem without `invalidFields` is about, by the
    problem's number. What belongs to no field stands above the form.
    """
    known = members or {}
    for invalid in problem.fields:
        parts = re.split(r"(?=[.\[])", invalid.name)
        ways = ["".join(parts[:length]) for length in range(len(parts), 0, -1)]
        _add(form, next((known[way] for way in ways if way in known), parts[0]), invalid.reason)
    if not problem.fields:
        _add(form, (numbers or {}).get(problem.type.number), problem.type.detail)


def _add(form: forms.BaseForm, field: str | None, message: str) -> None:
    form.add_error(field if field in form.fields else None, message)
