"""The forms of a resource on the admin site: the members of its bodies as fields, the API as judge."""

from collections.abc import Collection, Mapping
from functools import singledispatch
from typing import Any, ClassVar

from django import forms
from django.db import models
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from astra.accounts.system import system_caller
from astra.adminsite.forms import ApiForm, LabelsField, LinesField
from astra.api.serializers import ClosedSerializer
from astra.resources import registry
from astra.resources.actions import change_row, create_row
from astra.resources.members import (
    ABSENT,
    REQUIRED,
    Choice,
    Constant,
    Document,
    Flag,
    Identifier,
    Instant,
    Known,
    Member,
    Number,
    Several,
    Text,
    Use,
)
from astra.resources.places import foreign_key
from astra.resources.resource import Resource

# Longer texts get an area.
_LINE = 256


@singledispatch
def form_field(member: Member, *, required: bool) -> forms.Field | None:
    """Return the field of a form for a member; None: the model's own field does, or there is none."""
    longest = member.rules.get("max_length") or member.rules.get("storable_length")
    is_area = longest is None or longest > _LINE
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2}) if is_area else UnfoldAdminTextInputWidget
    return forms.CharField(widget=widget, **_said(member, required=required))


@form_field.register
def _(member: Choice, *, required: bool) -> forms.Field:
    choices = [(each, each) for each in member.rules["choices"]]
    if not required:
        choices.insert(0, ("", "–"))
    return forms.ChoiceField(
        choices=choices, widget=UnfoldAdminSelectWidget, **_said(member, required=required)
    )


@form_field.register
def _(member: Flag, *, required: bool) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **_said(member, required=False))


@form_field.register
def _(member: Number, *, required: bool) -> forms.Field:
    return forms.DecimalField(
        widget=UnfoldAdminDecimalFieldWidget, **_said(member, required=required)
    )


@form_field.register
def _(member: Identifier, *, required: bool) -> forms.Field | None:
    if member.to is not None:
        return None
    return forms.CharField(widget=UnfoldAdminTextInputWidget, **_said(member, required=required))


@form_field.register
def _(member: Instant, *, required: bool) -> forms.Field:
    return forms.CharField(
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-01-05T12:00:00Z"}),
        **_said(member, required=required),
    )


@form_field.register
def _(member: Several, *, required: bool) -> forms.Field | None:
    if isinstance(member.of(), ClosedSerializer):
        return None
    return LinesField(**_said(member, required=required))


@form_field.register(Document)
@form_field.register(Constant)
@form_field.register(Known)
def _(member: Member, *, required: bool) -> forms.Field | None:
    return None


def _said(member: Member, *, required: bool) -> dict[str, Any]:
    label = member.label or member.column.removesuffix("_id").replace("_", " ").capitalize()
    return {
        "required": required,
        "label": label,
        "help_text": member.help,
        "initial": member.initial,
    }


class ResourceForm(ApiForm):
    """A form that creates an instance or replaces it, as the API does."""

    resource: ClassVar[Resource]

    def body(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the body of the request that the cleaned fields stand for, not checked yet."""
        typed = [
            (member, _json(member, data[field]))
            for member, field in form_members(self.resource, _use(self))
            if field in data
        ]
        return {
            "type": self.resource.kind.type,
            "version": self.resource.kind.versions[0],
            **{member.name: value for member, value in typed if _is_said(member, value)},
            "metadata": {"labels": data["labels"]},
        }

    def perform(self, data: dict[str, Any]) -> Any:
        """Create or replace the instance as the API does; raises its problem."""
        members = self.resource.members
        if self.instance._state.adding:
            account = data["account"] if "account" in data else _parent(self.resource, data).account
            body = self.body(data) | _account_said(self.resource, account)
            return create_row(
                self.resource,
                caller=system_caller(account),
                body=members.create_body.parse(body),
                parent_ids=self.parent_ids(data),
            )
        return change_row(
            self.resource,
            caller=system_caller(self.instance.account),
            identifier=self.instance.pk,
            body=members.replace_body.parse(self.body(data)),
        )

    def parent_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the ids of the parents that a new instance is to be below, by placeholder."""
        return {
            f"{kind}_id": data[parent_field(self.resource, kind)].pk
            for kind in self.resource.places[0].parents
        }


def form_members(resource: Resource, use: str) -> list[tuple[Member, str]]:
    """Return the members that a form has (``use``: create or replace), each with its field's name."""
    found: list[tuple[Member, str]] = []
    above = parent_members(resource)
    for member in resource.members.members:
        how: Use = getattr(member, use)
        if how is ABSENT or (use == "replace" and member.fixed) or member in above:
            continue
        if isinstance(member, Identifier) and member.to is not None:
            found.append((member, member.column.removesuffix("_id")))
        elif form_field(member, required=False) is not None:
            found.append((member, member.column))
    return found


def parent_members(resource: Resource) -> Mapping[Member, str]:
    """Return the members that only say below what an instance is, each with the field that does."""
    parents = ("account", *(parent_field(resource, kind) for kind in resource.places[0].parents))
    return {
        member: parent
        for member in resource.members.members
        for parent in parents
        if member.column == f"{parent}_id"
    }


def form_class(
    resource: Resource,
    use: str,
    base: type[ResourceForm] = ResourceForm,
    names: Collection[str] = (),
) -> type[ResourceForm]:
    """Return the form class of a resource that creates (``use`` create) or replaces.

    ``names``: of the members' fields, where it has not all of them.
    """
    members = [each for each in form_members(resource, use) if not names or each[1] in names]
    said = {member.name: name for member, name in (*parent_members(resource).items(), *members)}
    fields = {
        name: field
        for member, name in members
        if (field := form_field(member, required=getattr(member, use) is REQUIRED)) is not None
    }
    parents = [parent_field(resource, kind) for kind in resource.places[0].parents] or ["account"]
    shown = [*(parents if use == "create" else ()), *(name for _, name in members), "labels"]
    # As a model's form, so that fields of related records are found by typing.
    meta = type("Meta", (), {"model": resource.model, "fields": tuple(shown)})
    return type(
        f"{resource.kind.class_name}{use.capitalize()}Form",
        (base,),
        {
            **fields,
            "labels": LabelsField(),
            "__module__": resource.members.module,
            "resource": resource,
            "members": said | {"metadata": "labels"},
            "problem_fields": {2: parents[0]},
            "Meta": meta,
        },
    )


def parent_field(resource: Resource, kind: str) -> str:
    """Return the name of the field that names the parent of a kind."""
    return foreign_key(resource.model, registry.resource(kind).model)


def _parent(resource: Resource, data: dict[str, Any]) -> Any:
    return data[parent_field(resource, resource.places[0].parents[-1])]


def _account_said(resource: Resource, account: Any) -> dict[str, str]:
    """Return the member of a create's body that says the account, if there is one."""
    return {
        member.name: str(account.pk)
        for member, parent in parent_members(resource).items()
        if parent == "account" and member.create is not ABSENT
    }


def _is_said(member: Member, value: Any) -> bool:
    """Tell whether a value is sent: an empty one only for what takes it, which it then empties."""
    if value not in (None, "", []):
        return True
    is_free = isinstance(member, Text) and not member.rules.keys() & {"min_length", "pattern"}
    return value is not None and (is_free or isinstance(member, Several))


def _use(form: ResourceForm) -> str:
    return "create" if form.instance._state.adding else "replace"


def _json(member: Member, value: Any) -> Any:
    """Return the JSON of a form's value; nothing typed is no member."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(member, Number) and value is not None:
        return int(value) if value == int(value) else float(value)
    if isinstance(member, Flag):
        return member.json(value)
    # A browser ends lines its own way.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
