"""The members of a resource, each said once: how bodies and answers have it, its column, its filter.

Every other layer derives what it needs from a member: the serializer's field, what `filter` may name,
the JSON of a row, the column that a body sets, the member of a scenario, the field of a form. Lists,
objects and the like are in ``astra.resources.composed``. A resource adds a class of its own for a member
that does more; ``astra.resources.shapes`` puts members together. Source of the rules: the published
schema of the resource, which the resource's module names.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar

from django.db.models import Case, F, Model, Q, When

from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.problems import COLLECTION_NOT_FOUND, ProblemType
from astra.api.quantities import MAX_SIZE
from astra.resources import registry


class Use(Enum):
    """How a request body has a member."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    ABSENT = "absent"


REQUIRED, OPTIONAL, ABSENT = Use.REQUIRED, Use.OPTIONAL, Use.ABSENT
# Gives the JSON value of a row at the account's instant.
Writer = Callable[[Any, datetime], Any]
# How a member is declared that the service alone sets.
BY_SERVICE: Any = {"create": ABSENT, "fixed": True}


def label_of(name: str) -> str:
    """Return a member's name as a label: `dayOfWeek` is `Day of week`, `serverURL` is `Server URL`."""
    words = re.sub("([a-z0-9])([A-Z])", r"\1 \2", name).split()
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def column_of(name: str) -> str:
    """Return the usual column of a member: `resourceID` is `resource_id`."""
    return re.sub("([a-z0-9])([A-Z])", r"\1_\2", name).lower()


@dataclass(frozen=True, slots=True)
class Reference:
    """What an identifier names: a row of a kind in the account, and the problem where there is none.

    The column is a foreign key. With ``lost`` what is named may go first: then it is an id, which is
    checked when it is given, and ``lost(rows, caller)`` is done to a query of the rows that name what
    goes.
    """

    kind: str
    problem: ProblemType = COLLECTION_NOT_FOUND
    reason: str = "The account has no such resource."
    lost: Callable[[Any, Any], None] | None = None

    @property
    def model(self) -> type[Model]:
        """The model of what is named."""
        return registry.resource(self.kind).model

    @property
    def section(self) -> str:
        """The section of scenarios in which such rows are found by name."""
        return registry.resource(self.kind).section_name


class Member:
    """A member with a column of its own.

    ``create`` and ``replace`` say how the bodies have it, ``fixed`` that no PUT changes it: sent back
    as it is, it is no change. ``sometimes``: an answer lacks it while its column is NULL;
    ``write_only``: every answer lacks it. ``label``,
    ``help`` and ``initial`` are for forms, ``example`` is for the OpenAPI document; what else is given
    are rules of the serializer's field.
    """

    field_class: ClassVar[Callable[..., Any]] = fields.StrictCharField
    filter_class: ClassVar[Callable[..., filters.Member]] = filters.Member
    # No answer but that to a create has it.
    once = False
    # What it names: of an identifier.
    to: Reference | None = None
    names = ""
    has_column = True
    # The columns that ``written`` looks at, and that ``apply`` sets, beside its own.
    reads_also: Sequence[str] = ()
    sets_also: ClassVar[Sequence[str]] = ()
    is_filtered = True
    # The condition under which an answer has it; None: what ``written`` says is in its column.
    present: Q | None = None
    # The same of one row, for members that follow one another to be asked together.
    there: Callable[[Any], bool] | None = None

    def __init__(
        self,
        name: str,
        *,
        column: str = "",
        create: Use = OPTIONAL,
        replace: Use = OPTIONAL,
        fixed: bool = False,
        sometimes: bool = False,
        write_only: bool = False,
        label: str = "",
        help: str = "",  # noqa: A002 (what forms call it)
        initial: Any = None,
        example: Any = None,
        **rules: Any,
    ) -> None:
        self.name = name
        self.column = column or column_of(name)
        self.create, self.replace, self.fixed, self.sometimes = create, replace, fixed, sometimes
        self.write_only = write_only
        self.label, self.help, self.initial, self.example = label, help, initial, example
        self.rules = rules

    def shown(self, *, required: bool) -> Any:
        """Return the serializer's field in answers."""
        return self.field_class(required=required, **self.rules)

    def sent(self, *, required: bool) -> Any:
        """Return the serializer's field in bodies."""
        return self.shown(required=required)

    def filters(self) -> Mapping[str, filters.Member]:
        """Return what `filter` may name of it, by attribute of the filter set."""
        if not self.is_filtered:
            return {}
        if self.present is not None:
            shown = Case(When(self.present, then=F(self.column)))
            return {self.name: self.filter_class(expression=lambda now: shown)}
        nullable = {"nullable": True} if self.sometimes else {}
        return {self.name: self.filter_class(self.column, **nullable)}

    @property
    def reads(self) -> Sequence[str]:
        """The columns that ``written`` looks at."""
        return (self.column, *self.reads_also) if self.has_column else self.reads_also

    def written(self, row: Any, now: datetime) -> Any:
        """Return the JSON value of a row at the account's instant; None: the answer lacks it."""
        is_there = self.there is None or self.there(row)
        return self._writes(row, now) if is_there else None

    def json(self, value: Any) -> Any:
        """Return the JSON of the column's value."""
        return value

    @property
    def writer(self) -> Writer:
        """What does the same as ``written``, at less cost, of a row that is ``there``."""
        return self._writes if type(self).written is Member.written else self.written

    @cached_property
    def _writes(self) -> Writer:
        value_of, json = attrgetter(self.column), self.json
        if type(self).json is Member.json:
            return lambda row, now: value_of(row)
        return lambda row, now: json(value_of(row))

    @property
    def sets(self) -> Sequence[str]:
        """The columns that ``apply`` sets."""
        return (self.column, *self.sets_also) if self.has_column else self.sets_also

    def apply(self, row: Any, value: Any) -> None:
        """Set what a body says on the row: the validated value of the member."""
        setattr(row, self.column, self.stored(value))

    def stored(self, value: Any) -> Any:
        """Return what the column holds for the validated value of a body."""
        return value


class Text(Member):
    """A string; its rules are `pattern`, `min_length`, `max_length` and `storable_length`.

    Where an answer may lack it, the empty one is no value.
    """

    field_class = fields.TextField

    def stored(self, value: Any) -> Any:
        return (value or None) if self.sometimes else value


class Name(Member):
    """A DNS-1123 label."""

    field_class = fields.DnsLabelField


class Choice(Member):
    """One of a closed list of strings, the rule `choices`."""

    field_class = fields.EnumField


class Flag(Choice):
    """A boolean, which the API writes as the strings true and false."""

    filter_class = filters.BooleanMember

    def __init__(
        self, name: str, *, choices: Sequence[str] = ("true", "false"), **options: Any
    ) -> None:
        super().__init__(name, choices=choices, **options)

    def json(self, value: Any) -> Any:
        return str(value).lower()

    def stored(self, value: Any) -> Any:
        return value == "true"


class Number(Member):
    """A number."""

    field_class = fields.NumberField
    filter_class = filters.NumberMember


class Whole(Number):
    """A whole number between two, both included; only what is seeded is held to them."""

    def __init__(self, name: str, *, least: int = 0, most: int = MAX_SIZE, **options: Any) -> None:
        super().__init__(name, **options)
        self.least, self.most = least, most


class Instant(Member):
    """An instant; the column is one."""

    field_class = fields.TimestampField
    filter_class = filters.InstantMember

    def sent(self, *, required: bool) -> Any:
        return fields.InstantField(required=required)

    def json(self, value: Any) -> Any:
        return value and timestamp(value)

    def stored(self, value: Any) -> Any:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


class Identifier(Member):
    """An Astra identifier. With ``to`` it names a row of the account, which a body must find.

    ``names``: the kind of what it names, where the action looks for it.
    """

    field_class = fields.IdentifierField
    filter_class = filters.IdentifierMember

    def __init__(
        self, name: str, *, to: Reference | None = None, names: str = "", **options: Any
    ) -> None:
        super().__init__(name, **options)
        self.to, self.names = to, to.kind if to else names

    def json(self, value: Any) -> Any:
        return value and str(value)


def columns_read(members: Iterable[Member]) -> tuple[str, ...]:
    """Return the columns that the answers of these members need, each once."""
    return tuple(dict.fromkeys(column for member in members for column in member.reads))
