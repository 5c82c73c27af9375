"""From the members of a resource: the serializers of its bodies and answers, its filter set, its JSON.

The serializers are real classes of DRF, named as the OpenAPI document names them; a ``validate`` of
its own is how a resource adds rules to a body.
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from astra.accounts.callers import Scope
from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.resources import ResourceKind
from astra.api.serializers import ClosedSerializer, MetadataSerializer, StrictMetadataSerializer
from astra.resources.composed import Derived
from astra.resources.members import ABSENT, REQUIRED, Member, Use, Writer, columns_read
from astra.resources.schemas import sample

# What ``validate`` of a body does: returns the members, or raises DRF's ``ValidationError``.
Check = Callable[[dict[str, Any]], dict[str, Any]]
# The columns of `version`, `id` and `metadata`, which every resource has.
COMMON_COLUMNS = (
    "version",
    "id",
    "labels",
    "created_at",
    "modified_at",
    "created_by",
    "modified_by",
)


class Members:
    """The members of a kind, beside `type`, `version`, `id` and `metadata`, which every kind has.

    ``validate`` checks both bodies, ``validate_create`` and ``validate_replace`` one of them alone.
    ``strict_metadata``: the `metadata` of a body must be complete; ``whole_seconds``: that of an answer
    tells instants without their fractions. ``null_is_absent``: an optional member of a body that is
    null counts as left out. ``also_versions``: what is taken for one of the kind's versions in a body,
    as callers send it. ``module`` is the module of the classes, beside which `examples.yaml` lies.
    """

    def __init__(
        self,
        kind: ResourceKind,
        *members: Member,
        module: str,
        validate: Check | None = None,
        validate_create: Check | None = None,
        validate_replace: Check | None = None,
        strict_metadata: bool = False,
        null_is_absent: bool = False,
        also_versions: Mapping[str, str] | None = None,
        whole_seconds: bool = False,
    ) -> None:
        self.whole_seconds = whole_seconds
        self.kind, self.members, self.module = kind, members, module
        self.shown = tuple(each for each in members if not each.write_only)
        self.null_is_absent = null_is_absent
        self._create_check = validate_create or validate
        self._replace_check = validate_replace or validate
        self._also_versions = also_versions
        self._metadata = StrictMetadataSerializer if strict_metadata else MetadataSerializer

    def __getitem__(self, name: str) -> Member:
        """Return the member of that name; raises ``KeyError``."""
        for member in self.members:
            if member.name == name:
                return member
        raise KeyError(name)

    @cached_property
    def shape(self) -> type[ClosedSerializer]:
        """An instance in answers."""
        return self._serializer(
            "Body",
            "An instance in answers.",
            lambda: {
                "id": fields.IdentifierField(),
                **{
                    each.name: each.shown(required=not each.sometimes)
                    for each in self.shown
                    if not each.once
                },
                "metadata": StrictMetadataSerializer(),
            },
        )

    @cached_property
    def new_shape(self) -> type[ClosedSerializer] | None:
        """The answer to a create, where it has more than the others."""
        more = {each.name: each.shown(required=True) for each in self.members if each.once}
        described = {"__module__": self.module, "__doc__": "The answer to a create."}
        return type(f"New{self.shape.__name__}", (self.shape,), described | more) if more else None

    @cached_property
    def create_body(self) -> type[ClosedSerializer]:
        """The request body of a create."""
        return self._serializer(
            "Create",
            "The request body of a create.",
            lambda: self._sent(lambda member: member.create),
            self._create_check,
        )

    @cached_property
    def replace_body(self) -> type[ClosedSerializer]:
        """The request body of a PUT: what is absent is kept."""
        return self._serializer(
            "Replace",
            "The request body of a PUT: what is absent is kept.",
            lambda: {
                "id": fields.IdentifierField(required=False),
                **self._sent(lambda member: member.replace),
            },
            self._replace_check,
        )

    @property
    def serializers(self) -> tuple[type[ClosedSerializer], ...]:
        """The serializers of answers and bodies."""
        usual = self.shape, self.create_body, self.replace_body
        return (*usual, self.new_shape) if self.new_shape else usual

    @cached_property
    def filters(self) -> type[filters.MemberFilterSet]:
        """What `filter` and `orderBy` may name."""
        own = {name: each for member in self.shown for name, each in member.filters().items()}
        return type(
            f"{self.kind.class_name}Filters",
            (filters.MemberFilterSet,),
            {
                "__module__": self.module,
                "__doc__": "What `filter` and `orderBy` may name.",
                "type": filters.ConstantMember(self.kind.type),
                "version": filters.Member("version"),
                "id": filters.IdentifierMember("id"),
                **own,
            },
        )

    @cached_property
    def mutable(self) -> frozenset[str]:
        """The members that a PUT may change."""
        return frozenset(
            each.name for each in self.members if not each.fixed and each.replace is not ABSENT
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that an answer needs."""
        return tuple(dict.fromkeys((*COMMON_COLUMNS, *columns_read(self.shown))))

    @property
    def derived(self) -> tuple[Derived, ...]:
        """The members that the database works out."""
        return tuple(each for each in self.shown if isinstance(each, Derived))

    def with_derived(self, rows: QuerySet[Any], scope: Scope | None = None) -> QuerySet[Any]:
        """Return the rows with what the database works out of them, for whom a scope reaches."""
        annotated: QuerySet[Any] = rows.annotate(
            **{each.column: each.sql(scope) for each in self.derived}
        )
        return annotated

    @cached_property
    def _writers(self) -> list[tuple[Callable[[Any], bool] | None, list[tuple[str, Writer]]]]:
        """What writes the members that follow one another and are there together."""
        return [
            (is_there, [(member.name, member.writer) for member in members])
            for is_there, members in itertools.groupby(self.shown, lambda member: member.there)
        ]

    def checked(self, body: type[ClosedSerializer], **members: Any) -> dict[str, Any]:
        """Return a body of the newest version with these members, by its rules; raises its problems."""
        return body.parse({"type": self.kind.type, "version": self.kind.versions[0], **members})

    def represent(self, row: Any, now: datetime) -> dict[str, Any]:
        """Return the JSON of a row at the account's instant; no value, no member."""
        document: dict[str, Any] = {
            "type": self.kind.type,
            "version": row.version,
            "id": str(row.id),
        }
        for is_there, writers in self._writers:
            if is_there is None or is_there(row):
                for name, written in writers:
                    value = written(row, now)
                    if value is not None:
                        document[name] = value
        document["metadata"] = represent_metadata(row, whole_seconds=self.whole_seconds)
        return document

    def apply(self, row: Any, body: Mapping[str, Any]) -> list[str]:
        """Set on the row what a validated body says; return the columns, to be saved."""
        columns: list[str] = []
        for member in self.members:
            if member.name in body:
                member.apply(row, body[member.name])
                columns += member.sets
        return columns

    def _sent(self, use_of: Callable[[Member], Use]) -> dict[str, Any]:
        own = {
            member.name: member.sent(required=use_of(member) is REQUIRED)
            for member in self.members
            if use_of(member) is not ABSENT
        }
        return {**own, "metadata": self._metadata(required=False)}

    def _example(self, serializer: type[ClosedSerializer]) -> dict[str, Any]:
        """Return an example of what a serializer of the kind takes, newest version first."""
        given = {member.name: member.example for member in self.members}
        return {
            name: sample(field) if given.get(name) is None else given[name]
            for name, field in serializer().fields.items()
            if field.required or given.get(name) is not None
        }

    def _serializer(
        self,
        suffix: str,
        text: str,
        own: Callable[[], Mapping[str, Any]],
        check: Check | None = None,
    ) -> type[ClosedSerializer]:
        attributes: dict[str, Any] = {
            "__module__": self.module,
            "__doc__": text,
            # DRF keeps the order in which fields are made.
            "type": fields.EnumField([self.kind.type]),
            "version": fields.EnumField(self.kind.versions, also=self._also_versions),
            **own(),
        }
        attributes["example"] = classmethod(self._example)
        if check is not None:
            attributes["validate"] = lambda serializer, attrs: check(attrs)
        return type(f"{self.kind.class_name}{suffix}", (ClosedSerializer,), attributes)
