"""The forms of a resource on the admin site: the members of its bodies as fields, the API as judge.

Of one that moves through stages also how a new one turns out.
"""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Model

from astra.accounts.callers import Caller, system_caller
from astra.accounts.models import Account
from astra.adminsite.cells import choice_names
from astra.adminsite.forms import ApiForm, LabelsField, LineField, PickField
from astra.api.clock import timestamp
from astra.api.serializers import SIMULATED
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.actions import change_row, create_row
from astra.resources.cells import is_column
from astra.resources.composed import Several
from astra.resources.form_fields import fields_by_place, fields_of, typed
from astra.resources.members import ABSENT, REQUIRED, Member, Text, Use
from astra.resources.places import foreign_key
from astra.resources.resource import Resource

OUTCOME_FIELDS = ("outcome", "detail_title", "detail_text")
# The fields for a member by name; None: the model's own field.
Fields = dict[str, forms.Field | None]


class ResourceForm(ApiForm):
    """A form that creates an instance or replaces it, as the API does.

    A subclass adds fields of what is simulated beside the API, and overrides ``body``, ``fate`` or
    ``perform`` for what they do. A field that it has for a member takes the place of the derived one.
    """

    resource: ClassVar[Resource]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use = _use(self)
        for member, names in form_members(self.resource, use).items():
            field = self.fields.get(next(iter(names)))
            if isinstance(field, forms.ModelChoiceField):
                field.required = getattr(member, use) is REQUIRED
                field.help_text = member.help
        if use == "create":
            for column in self.resource.model._meta.concrete_fields:
                own: Any = self.fields.get(column.name)
                if own is not None and own.initial is None and column.has_default():
                    own.initial = column.get_default()

    def body(self, data: dict[str, Any], caller: Caller) -> dict[str, Any]:
        """Return the body of the request that the cleaned fields stand for, not checked yet."""
        now = timestamp(caller.now())
        members = form_members(self.resource, _use(self)).items()
        firsts = ((member, next(iter(fields))) for member, fields in members)
        said = [(member, typed(member, name, data)) for member, name in firsts if name in data]
        return {
            "type": self.resource.kind.type,
            "version": data.get("api_version") or self.resource.kind.versions[0],
            **{member.name: value for member, value in said if _is_said(member, value)},
            # Of some kinds it must be complete.
            "metadata": {
                "labels": data["labels"],
                "creationTimestamp": now,
                "modificationTimestamp": now,
                "createdBy": str(caller.user_id),
            },
        }

    def fate(self, data: dict[str, Any]) -> Fate | None:
        """Return how a new row is to end; None: as usual."""
        return None

    def perform(self, data: dict[str, Any]) -> Any:
        """Create or replace the instance as the API does; raises its problem."""
        members = self.resource.members
        if not self.instance._state.adding:
            caller = system_caller(self.instance.account)
            return change_row(
                self.resource,
                caller=caller,
                identifier=self.instance.pk,
                body=members.replace_body.parse(self.body(data, caller)),
            )
        account = self._account(data)
        caller = system_caller(account)
        body = self.body(data, caller) | _account_said(self.resource, account)
        made = create_row(
            self.resource,
            caller=caller,
            body=members.create_body.parse(body),
            parent_ids=self.parent_ids(data),
            fate=self.fate(data),
        )
        return made if isinstance(made, Model) else self.resource.rows().get(id=made.id)

    def parent_ids(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the ids of the parents that a new instance is to be below, by placeholder."""
        return {
            f"{kind}_id": data[parent_field(self.resource, kind)].pk
            for kind in self.resource.places[0].parents
        }

    def _account(self, data: dict[str, Any]) -> Account:
        found: Account = data.get("account") or data[parent_fields(self.resource)[-1]].account
        return found


class OutcomeForm(ResourceForm):
    """A form that also says in which state of its lifecycle a new record ends up, and why."""

    outcome = PickField(label="It becomes")
    detail_title = LineField(label="Why", required=False)
    detail_text = LineField(
        label="Details", required=False, help_text="Both are shown in stateDetails."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lifecycle, outcome = self.resource.lifecycle, self.fields["outcome"]
        assert lifecycle is not None
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(state, state) for state in lifecycle.final]
        outcome.initial = lifecycle.success

    def fate(self, data: dict[str, Any]) -> Fate:
        """Return the fate that the fields describe; its reasons are `stateDetails`."""
        reasons: Any = detail_of(SIMULATED, data["detail_title"], data["detail_text"])
        return Fate(data["outcome"], reasons=tuple(reasons))


def detail_of(kind: str, title: str, text: str) -> list[dict[str, str]]:
    """Return the elements of `stateDetails` and the like that were typed in: one, if it has a title."""
    return [{"type": kind, "title": title, "detail": text or title}] if title else []


def form_members(resource: Resource, use: str) -> dict[Member, Fields]:
    """Return the members that a form has (``use``: create or replace), with their fields."""
    found: dict[Member, Fields] = {}
    above = parent_members(resource)
    for member in resource.members.members:
        how: Use = getattr(member, use)
        if how is ABSENT or (use == "replace" and member.fixed) or member in above:
            continue
        if made := fields_of(member, required=how is REQUIRED):
            found[member] = made
            field = made.get(member.column)
            if isinstance(field, PickField) and is_column(resource.model, member):
                names = choice_names(resource.model, member.column)
                offered: Any = field.choices
                field.choices = [(value, names.get(value, text)) for value, text in offered]
    return found


def parent_members(resource: Resource) -> Mapping[Member, str]:
    """Return the members that only say below what an instance is, each with the field that does."""
    parents = ("account", *parent_fields(resource))
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

    It is derived as far as ``base`` leaves it open. ``names``: of the members' fields, where it has
    not all of them.
    """
    members = {
        member: fields
        for member, fields in form_members(resource, use).items()
        if not names or fields.keys() & set(names)
    }
    made = {name: field for fields in members.values() for name, field in fields.items()}
    derived: Fields = {**made, "labels": LabelsField()}
    if use == "create":
        derived["api_version"] = PickField(
            label="Version",
            choices=[(version, version) for version in resource.kind.versions],
            required=False,
        )
    said: dict[str, Any] = getattr(base, "base_fields", {})
    columns = {field.name for field in resource.model._meta.concrete_fields}
    parents = parent_fields(resource) or ["account"]
    shown = (*(parents if use == "create" else ()), *made, "labels", *said)
    # As a model's form, so that fields of related records are found by typing.
    used = tuple(dict.fromkeys(name for name in shown if name in columns))
    # Where a constraint is violated that names no member.
    key = resource.members[resource.key].column
    said_of_key = {taken.problem.number: key for taken in resource.taken if not taken.fields}
    meta = type("Meta", (), {"model": resource.model, "fields": used})
    return type(
        f"{resource.kind.class_name}{use.capitalize()}Form",
        (base,),
        {
            **{name: field for name, field in derived.items() if field and name not in said},
            "__module__": resource.members.module,
            "resource": resource,
            "members": {**_fields_by_member(resource, members), **base.members},
            "problem_fields": {2: parents[0], **said_of_key, **base.problem_fields},
            "Meta": meta,
        },
    )


def parent_field(resource: Resource, kind: str) -> str:
    """Return the name of the field that names the parent of a kind."""
    return foreign_key(resource.model, registry.resource(kind).model)


def parent_fields(resource: Resource) -> list[str]:
    """Return the names of the fields that name its parents, outermost first."""
    return [parent_field(resource, kind) for kind in resource.places[0].parents]


def field_names(resource: Resource, use: str) -> list[str]:
    """Return the names of the fields for members that a form has."""
    return [name for made in form_members(resource, use).values() for name in made]


def _fields_by_member(resource: Resource, members: dict[Member, Fields]) -> dict[str, str]:
    """Return the field at which to say what the API has against a member."""
    found = {"metadata": "labels", "version": "api_version"}
    found |= {member.name: name for member, name in parent_members(resource).items()}
    for member, fields in members.items():
        found |= {member.name: next(iter(fields)), **fields_by_place(member)}
    return found


def _account_said(resource: Resource, account: Account) -> dict[str, str]:
    """Return the member of a create's body that says the account, if there is one."""
    return {
        member.name: str(account.pk)
        for member, parent in parent_members(resource).items()
        if parent == "account" and member.create is not ABSENT
    }


def _is_said(member: Member, value: Any) -> bool:
    """Tell whether a value is sent: an empty one only for what takes it, which it then empties."""
    if value not in (None, "", [], {}):
        return True
    is_free = isinstance(member, Text) and not member.rules.keys() & {"min_length", "pattern"}
    return value is not None and (is_free or isinstance(member, Several))


def _use(form: ResourceForm) -> str:
    return "create" if form.instance._state.adding else "replace"
