"""What a caller whose role is constrained reaches: which rows it sees, and which it may change.

Each resource says what its rows are within: the account as a whole, which nothing keeps from anybody, or
other rows, which who reaches them reaches too. A family has a class of its own for what constraints
name. Source: section 9 of `families.md`; the rules are in `docs/architecture.md`, 'Roles'.
"""

import uuid
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import BooleanField, Exists, Func, Model, OuterRef, Q, QuerySet

from astra.accounts.callers import Caller, Scope
from astra.api.problems import NOT_PERMITTED, ApiProblem
from astra.resources import registry

if TYPE_CHECKING:
    from astra.resources.members import Member
    from astra.resources.resource import Resource

# No identifier of the API, so that of nothing.
NOBODY = uuid.UUID(int=2**128 - 1)


class Within(Protocol):
    """What the rows of a resource are within."""

    @property
    def told(self) -> str:
        """What it is, for people: who reaches this reaches the row."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The foreign keys that say of a row what it is within."""

    def reached(self, model: type[Model], scope: Scope) -> Q | None:
        """Return the condition under which a scope reaches a row of the model; None: it does."""


class Whole:
    """The account as a whole."""

    told = "the account"
    ways = ()

    def reached(self, model: type[Model], scope: Scope) -> Q | None:
        """Return no condition."""
        return None


WHOLE_ACCOUNT = Whole()


class Of:
    """The rows that foreign keys name: one that is reached is enough.

    ``or_none``: a row that names none is the account's.
    """

    def __init__(self, *ways: str, or_none: bool = False) -> None:
        self.ways, self.or_none = ways, or_none
        names = " or ".join(way.replace("_", " ") for way in ways)
        self.told = f"its {names}, or the account" if or_none else f"its {names}"

    def reached(self, model: type[Model], scope: Scope) -> Q | None:
        """Return that a row which is named is reached."""
        found = Q()
        for way in self.ways:
            named: Any = model._meta.get_field(way)
            above = registry.resource_of(named.related_model)
            assert above is not None
            found |= Q(Exists(reached_rows(above, scope).filter(pk=OuterRef(named.attname))))
        return found | Q(**dict.fromkeys(self.ways, None)) if self.or_none else found


def reached_rows(resource: "Resource", scope: Scope) -> QuerySet[Any]:
    """Return the rows of a resource that a scope reaches, those that are not there any more too."""
    return narrowed(resource, resource.model._default_manager.order_by(), scope)


def narrowed(resource: "Resource", rows: QuerySet[Any], scope: Scope | None) -> QuerySet[Any]:
    """Return those of the rows that a scope reaches; None reaches everything."""
    condition = None if scope is None else resource.within.reached(resource.model, scope)
    return rows if condition is None else rows.filter(_is_true(condition))


def _is_true(condition: Q) -> Func:
    """Return the condition as one that no index can answer, see ``astra.api.lookups``."""
    return Func(condition, template="(%(expressions)s) IS TRUE", output_field=BooleanField())


def as_reached(
    resource: "Resource", caller: Caller, body: dict[str, Any], row: Any = None
) -> dict[str, Any]:
    """Return a validated body as it is to this caller: what it names and does not see, is not there.

    ``row``: what it is to change; what that names already stays. Raises problem 11 for a new row that
    would be within what the caller may not change.
    """
    if caller.reads is None and caller.writes is None:
        return body
    unseen = {}
    for member in resource.members.members:
        wanted = body.get(member.name) if member.names else None
        if wanted is None or (
            row is not None and str(wanted) == member.written(row, row.modified_at)
        ):
            continue
        named = registry.resource(member.names)
        model: Any = named.model
        rows = model._default_manager.filter(id=wanted, account__checked=caller.account_id)
        if not narrowed(named, rows, caller.reads).exists():
            unseen[member.name] = NOBODY
        elif _is_way(resource, member) and not narrowed(named, rows, caller.writes).exists():
            raise ApiProblem(NOT_PERMITTED)
    return {**body, **unseen}


def _is_way(resource: "Resource", member: "Member") -> bool:
    ways = [resource.model._meta.get_field(way) for way in resource.within.ways]
    return any(getattr(way, "attname", "") == member.column for way in ways)
