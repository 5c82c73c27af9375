"""A resource of the API, declared once; everything else about it derives from this.

A resource that does more than its declaration says gives a function or a class of its own for that
part. See `docs/adding-a-resource.md`.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps

from astra.accounts.callers import Caller
from astra.accounts.models import Described
from astra.api import problems
from astra.api.problems import Invalid, ProblemType
from astra.api.resources import ResourceKind
from astra.engine.stages import Lifecycle
from astra.resources import registry
from astra.resources.members import ABSENT, Identifier
from astra.resources.places import Place
from astra.resources.reach import Within
from astra.resources.shapes import Members

if TYPE_CHECKING:
    from astra.resources.views import ResourceCollection, ResourceInstance

LIST, CREATE, RETRIEVE, REPLACE, DELETE = "list", "create", "retrieve", "replace", "delete"
# The 500 problem of each operation, where the catalogue has none of the resource's own.
FAILURES: Mapping[str, ProblemType] = {
    LIST: problems.RESOURCES_NOT_LISTED,
    CREATE: problems.RESOURCE_NOT_CREATED,
    RETRIEVE: problems.RESOURCE_NOT_RETRIEVED,
    REPLACE: problems.RESOURCE_NOT_UPDATED,
    DELETE: problems.RESOURCE_NOT_DELETED,
}

# The 404 of what is replaced or deleted.
MISSES: Mapping[str, ProblemType] = {
    REPLACE: problems.RESOURCE_NOT_FOUND,
    DELETE: problems.RESOURCE_NOT_FOUND,
}


def failing(**numbers: int) -> Mapping[str, ProblemType]:
    """Return a resource's own 500 problems by operation, from their numbers in the catalogue."""
    return {operation: problems.CATALOGUE[number] for operation, number in numbers.items()}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a write answers when a named constraint of the table refuses it, at a member, if any.

    ``reason``: what is said there, where it is not what the constraint itself says.
    """

    constraint: str
    problem: ProblemType
    member: str = ""
    reason: str = ""

    @property
    def fields(self) -> Sequence[Invalid]:
        """What is wrong with which member."""
        if not self.member:
            return []
        return [Invalid(self.member, self.reason or _said_by(self.constraint))]


def _said_by(constraint: str) -> str:
    """Return the message of a named constraint."""
    every = (each for model in apps.get_models() for each in model._meta.constraints)
    return next(str(each.violation_error_message) for each in every if each.name == constraint)


@dataclass(frozen=True, slots=True)
class Seeding:
    """How scenarios have a resource.

    ``section`` is by default called like the kind's plural; ``order`` is its place among the sections
    of its parent; ``by`` is the dotted name of the class that makes its rows, where
    ``astra.resources.sections.ResourceSection`` is not enough.
    """

    section: str = ""
    order: int = 50
    by: str = ""


class Guard:
    """Decides whether a caller may change a row, from what it has locked before the row is."""

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Raise the problem of a change that a validated body asks for, if it is refused."""

    def delete(self, row: Any) -> None:
        """Raise the problem of deleting the row, if it is refused."""


def _unguarded(caller: Caller) -> AbstractContextManager[Guard]:
    return nullcontext(Guard())


def _nothing_more(row: Any, now: datetime) -> Sequence[str]:
    return ()


def _permitted(of: Any) -> None:
    return None


def _never(row: Any) -> bool:
    return False


@dataclass(frozen=True, eq=False, kw_only=True)
class Resource:
    """A kind of thing that the API has.

    ``paths``: of its collections, below the account; a ``Place`` where one offers fewer methods than
    the others. ``within``: what its rows belong to, so that who does not reach that does not see them.
    ``there``: which of its rows the API knows. ``write_role``: the weakest role that may write; with
    ``own_users_write`` whoever calls may below its own user. The mappings by operation (`list`,
    `create`, `retrieve`, `replace`, `delete`) are for its 500 problem, for its 404 where that is not
    the usual one (``misses``), and for the document: further refusals, how it is simpler than the real
    one, request headers with their meaning.

    What is done to a row beyond its members: ``complete`` fills in, before a row is saved, the columns
    that no member sets and refuses what several members together say (problem 9); it returns the
    columns of a replaced row that it set. ``taken``: what violated constraints answer. ``in_use``: the
    problem of deleting what others refer to, or one for each kind of those; ``may_delete`` raises any
    other, ``may_create`` what keeps a caller from a create. ``created`` does what remains once a new row
    is saved. ``lifecycle``: a new row is in its initial state and goes on by itself, unless it is
    ``ready_at_once``. ``guarding``: what holds, while a caller replaces or deletes a row, what decides
    on it. ``create``, ``replace`` and ``delete`` take the place
    of the actions altogether (``astra.resources.actions`` says what they are given);
    ``create_proves``: it takes a caller that is remembered, and proves who it is (``Caller.proof``).
    ``may_insert`` raises what keeps a new row, of which all is set, from being made; ``begin_delete``
    lets a row begin to go that its stages delete.
    ``replace_shows``: a PUT is answered with the instance (200), not with nothing (204).
    ``takes_any_label``: callers may set labels that elsewhere only the service may.

    For people: ``columns`` are the members that the admin's list shows, ``key`` is the member that
    names an instance among its siblings, in scenarios and lists; ``seeding`` None: no scenario has it.
    """

    model: type[Described]
    members: Members
    paths: Sequence[str | Place]
    within: Within
    methods: frozenset[str] = frozenset({"GET"})
    write_role: str = "member"
    own_users_write: bool = False
    there: Mapping[str, Any] = field(default_factory=dict)
    published_parameters: frozenset[str] = frozenset({"include", "limit"})
    failures: Mapping[str, ProblemType] = field(default_factory=lambda: FAILURES)
    misses: Mapping[str, ProblemType] = field(default_factory=lambda: MISSES)
    refusals: Mapping[str, Sequence[ProblemType]] = field(default_factory=dict)
    simplified: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    complete: Callable[[Any, datetime], Sequence[str]] = _nothing_more
    taken: Sequence[Taken] = ()
    may_create: Callable[[Caller], None] = _permitted
    in_use: ProblemType | Mapping[str, ProblemType] | None = None
    may_insert: Callable[[Any], None] = _permitted
    may_delete: Callable[[Any], None] = _permitted
    begin_delete: Callable[..., None] | None = None
    lifecycle: Lifecycle | None = None
    ready_at_once: Callable[[Any], bool] = _never
    guarding: Callable[[Caller], AbstractContextManager[Guard]] = _unguarded
    created: Callable[[Any], None] = _permitted
    create: Callable[..., Any] | None = None
    create_proves: bool = False
    replace: Callable[..., Any] | None = None
    replace_shows: bool = False
    delete: Callable[[Any, datetime], None] | None = None
    takes_any_label: bool = False
    collection: "type[ResourceCollection] | None" = None
    instance: "type[ResourceInstance] | None" = None

    columns: Sequence[str] = ()
    key: str = "name"
    seeding: Seeding | None = Seeding()

    @property
    def kind(self) -> ResourceKind:
        """What it is called on the wire."""
        return self.members.kind

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Its paths, with the methods that each offers."""
        places = (each if isinstance(each, Place) else Place(each) for each in self.paths)
        return tuple(replace(each, methods=each.methods & self.methods) for each in places)

    @property
    def goes_at_once(self) -> bool:
        """Whether nothing is asked of a row that is deleted."""
        asks = self.guarding is not _unguarded or self.may_delete is not _permitted
        return not (asks or self.lifecycle or self.in_use or self.delete or self.losers)

    @cached_property
    def losers(self) -> "Sequence[tuple[Resource, Identifier]]":
        """The members by which others name one of it, to whom something happens when it goes."""
        return [
            (each, member)
            for each in registry.resources()
            for member in each.references
            if member.to and member.to.kind == self.kind.name and member.to.lost
        ]

    @cached_property
    def refused(self) -> Mapping[str, Sequence[ProblemType]]:
        """The problems of each operation beside those that every resource has."""
        named = {each: each.to.problem for each in self.references if each.to is not None}
        taken = [each.problem for each in self.taken]
        changed = [problem for each, problem in named.items() if not each.fixed]
        derived = {
            CREATE: (*named.values(), *taken),
            REPLACE: (*changed, *taken),
            DELETE: tuple(dict.fromkeys(self.in_use_by.values())),
        }
        return {
            operation: (*derived.get(operation, ()), *self.refusals.get(operation, ()))
            for operation in FAILURES
        }

    @property
    def in_use_by(self) -> Mapping[str, ProblemType]:
        """The problem of deleting a row, by the kind of what refers to it; the empty one is any other."""
        if isinstance(self.in_use, Mapping):
            return self.in_use
        return {} if self.in_use is None else {"": self.in_use}

    def rows(self) -> Any:
        """Return a query of its rows that are there."""
        return self.model._default_manager.filter(**self.there)

    def by_key(self, identifier: uuid.UUID, account_id: uuid.UUID) -> Any:
        """Return a query of the row with an id, if it is there and the account's: by the key alone."""
        checked = {f"{name}__checked": value for name, value in self.there.items()}
        rows: Any = self.model._default_manager.filter(id=identifier, **checked)
        return rows.filter(account__checked=account_id).order_by()

    @property
    def id_name(self) -> str:
        """The placeholder of an instance's id, for example `schedule_id`."""
        return f"{self.kind.name}_id"

    @property
    def section_name(self) -> str:
        """The name of its section in scenarios."""
        return (self.seeding and self.seeding.section) or self.kind.plural

    @property
    def references(self) -> Sequence[Identifier]:
        """The members of bodies that name a row of the account."""
        return [
            member
            for member in self.members.members
            if isinstance(member, Identifier)
            and member.to is not None
            and member.create is not ABSENT
        ]
