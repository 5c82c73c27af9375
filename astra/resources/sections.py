"""The section of a resource in scenarios: the members of its answers, references by name.

`userID` of the API is `user` here, the name of one; a flag is a boolean. What an item leaves out
has its column's default.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Model

from astra.api.problems import ApiProblem
from astra.engine.plan import Pace, stage_seconds
from astra.engine.stages import Column
from astra.resources import registry
from astra.resources.members import REQUIRED, Flag, Identifier, Member, Whole
from astra.resources.places import foreign_key
from astra.resources.resource import Resource
from astra.resources.schemas import json_schema
from astra.scenarios.pacing import fate_schema
from astra.scenarios.placing import fate_of, place, staged_columns
from astra.scenarios.schema import closed_object
from astra.scenarios.sections import ROOT, Item, Section

TOP = "accounts"
AS_READ = "asRead"


class ResourceSection(Section):
    """A section whose items have the members of a resource.

    A subclass names the ``members`` that its items have, where that is not all that have a column,
    and the ``parent``, where that is not what the path is below; it overrides what a seeded row needs
    beyond them.
    """

    members: ClassVar[Sequence[str]] = ()
    # JSON Schema of what an item may have beside them.
    further_properties: ClassVar[Mapping[str, Any]] = {}

    # Members of answers that a scenario of them leaves out.
    unread: ClassVar[Sequence[str]] = ()
    # The members that an item must have, where they are others than those of a create.
    needs: ClassVar[Sequence[str] | None] = None

    resource: Resource

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.name = resource.section_name
        self.model = resource.model
        self.key = seeded_name(resource.members[resource.key])
        self.order = resource.seeding.order if resource.seeding else 0
        if not hasattr(self, "parent"):
            self.parent = self._parent()
        self.properties = self.properties_of()
        if further := {each.name: _schema(each) for each in self._further()}:
            self.properties[AS_READ] = {
                "description": "Members as an answer had them, which else follow from the others.",
                **closed_object(further),
            }
        self.required = self.required_of() if self.needs is None else self.needs

    def properties_of(self) -> dict[str, Any]:
        """Return the JSON Schema of the members that an item may have."""
        properties = {
            name: _schema(member, described=name != self.key) for name, member in self._seeded()
        }
        if self.resource.lifecycle is not None:
            # In the order in which a row goes through them, whatever the published one is.
            properties["state"] = {"enum": list(self.resource.lifecycle.states)}
            properties["fate"] = fate_schema(self.resource.lifecycle, **self.fate_of_items())
        return {**properties, **self.further_properties}

    def fate_of_items(self) -> dict[str, Any]:
        """Return the JSON Schema of what `fate` may say beside the outcome."""
        name = self._reasons.name
        return {name: _schema(self._reasons)}

    def required_of(self) -> Sequence[str]:
        """Return the members that an item must have: those of a create, else all without a default."""
        if "POST" in self.resource.methods:
            return [name for name, member in self._seeded() if member.create is REQUIRED]
        model = self.resource.model
        return [
            name
            for name, member in self._seeded()
            if not member.sometimes and not _has_default(model, member)
        ]

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return the member of answers that each reference is, and the section that it names."""
        return {
            name: (member.name, member.to.section)
            for name, member in self._seeded()
            if member.to is not None
        }

    def published(self) -> Mapping[str, Any]:
        """Return where the API lists what the section is about, and what items call otherwise."""
        above = [
            each.kind.name
            for each in registry.resources()
            if each.section_name == self.parent != TOP
        ]
        paths = [place.path for place in self.resource.places if list(place.parents) == above]
        return {
            "path": (paths or [self.resource.places[0].path])[0],
            "references": {name: list(said) for name, said in self.references().items()},
        }

    def as_read(self, item: Item, row: Any) -> None:
        """Let a row be what an answer showed of it."""
        said = item.get(AS_READ)
        if not said:
            return
        for member in self._further():
            if member.name in said:
                value = member.shown(required=False).run_validation(said[member.name])
                _apply(item, member, row, value, AS_READ, member.name)

    def without_ids(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of an item without ids, also those that it has read."""
        own = super().without_ids(values)
        if AS_READ in own:
            ids = {each.name for each in self._further() if isinstance(each, Identifier)}
            own[AS_READ] = {name: said for name, said in own[AS_READ].items() if name not in ids}
        return own

    def build(self, item: Item) -> Sequence[Model]:
        """Return the row; raises ``ScenarioError`` at the member that the resource refuses."""
        row = self.new_row(item, **self.staged(item))
        self.complete(item, row)
        return [row]

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the row of an item with the columns of its members; ``columns`` take their place."""
        model: type[Any] = self.resource.model
        described = item.described(self.resource.kind.versions[0])
        row = model(**described | columns, **self._place_of(item))
        for name, member in self._seeded():
            if name in item.values and member.column not in columns:
                _apply(item, member, row, _value(item, name, member), name)
        return row

    def complete(self, item: Item, row: Any) -> None:
        """Fill in what no member says; raises ``ScenarioError`` for what they say together."""
        try:
            self.resource.complete(row, item.now)
        except ApiProblem as problem:
            wrong = problem.fields[0]
            raise item.error(wrong.reason, wrong.name) from problem

    def staged(self, item: Item) -> dict[str, Any]:
        """Return the columns of a row that moves through stages, by default at their end."""
        lifecycle = self.resource.lifecycle
        if lifecycle is None:
            return {}
        state = item.get("state", lifecycle.success)
        fate = fate_of(item, lifecycle, self._reasons.name)
        seconds = stage_seconds(lifecycle.begun_in(state), self.paces(item))
        return staged_columns(
            lifecycle,
            place(item, lifecycle, seconds, state=state, fate=fate),
            state=state,
            fate=fate,
            reasons=item.get(self._reasons.name, ()),
            further=self.further(item),
        )

    def further(self, item: Item) -> dict[str, Any]:
        """Return the columns that the stages read or set, as the item has them."""
        return {self._reasons.column: list(item.get(self._reasons.name, ()))}

    def paces(self, item: Item) -> Sequence[Pace]:
        """Return what overrides the delays of an item's stages, the nearest first."""
        return (item.account_row,)

    @property
    def _reasons(self) -> Member:
        """The member in which a row that ended says why."""
        lifecycle = self.resource.lifecycle
        assert lifecycle is not None
        return next(
            member
            for member in self.resource.members.members
            if lifecycle.stages[-1].sets.get(member.column) == Column("outcome_reasons")
        )

    def _seeded(self) -> Iterator[tuple[str, Member]]:
        columns = {field.attname for field in self.resource.model._meta.concrete_fields}
        # Whose it is says its place.
        for kind in self.resource.places[0].parents:
            columns.discard(f"{foreign_key(self.resource.model, registry.resource(kind).model)}_id")
        for member in self.resource.members.members:
            is_said = member.name in self.members or not self.members
            if is_said and member.column in columns and member.has_column and not member.write_only:
                yield seeded_name(member), member

    def _further(self) -> Iterator[Member]:
        """Yield the members of answers that have a column and that no other one of an item says."""
        # Whose it is, its place says.
        fields = self.resource.model._meta.concrete_fields
        columns = {field.attname for field in fields} - {"account_id"}
        said = {name for name, _ in self.references().values()} | self.properties.keys()
        said |= set(self.unread)
        for member in self.resource.members.members:
            has_own = (member.has_column and member.column in columns) or member.sets_also
            if has_own and not member.write_only and member.name not in said:
                yield member

    def _parent(self) -> str:
        parents = self.resource.places[0].parents
        if self.resource.places[0].is_top:
            return ROOT
        return registry.resource(parents[-1]).section_name if parents else TOP

    def _place_of(self, item: Item) -> Mapping[str, Any]:
        if self.parent == ROOT:
            return {}
        if self.parent == TOP:
            return {"account": item.account_row}
        assert item.parent is not None
        return {
            "account": item.account_row,
            foreign_key(self.resource.model, type(item.parent.row)): item.parent.row,
        }


def seeded_name(member: Member) -> str:
    """Return what a member is called in scenarios."""
    if member.to is not None:
        return member.name.removesuffix("ID")
    return member.name


def _schema(member: Member, *, described: bool = True) -> dict[str, Any]:
    about = {"description": member.help} if described and member.help else {}
    if member.to is not None:
        text = f"Name of one of the {member.to.section}. {member.help}".rstrip()
        return {"description": text, "type": "string"}
    if isinstance(member, Flag):
        return about | {"type": "boolean"}
    if isinstance(member, Whole):
        limits = {"minimum": member.least, "maximum": member.most}
        return about | {"type": "integer"} | limits
    return about | json_schema(member.shown(required=False))


def _apply(item: Item, member: Member, row: Any, value: Any, *path: str) -> None:
    # The schema has seen that it looks right; a 31 February does.
    try:
        member.apply(row, value)
    except ValueError as error:
        raise item.error(f"{error}.", *path) from error


def _value(item: Item, name: str, member: Member) -> Any:
    value = item.get(name)
    if member.to is not None:
        return item.find(member.to.section, name).id
    if isinstance(member, Flag):
        return str(value).lower()
    return value


def _has_default(model: type[Model], member: Member) -> bool:
    field = next(
        each for each in model._meta.concrete_fields if member.column in (each.name, each.attname)
    )
    return field.has_default() or field.null or field.blank
