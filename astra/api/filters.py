"""`filter` and `orderBy`: one mechanism for all collections, on django-filter.

A resource declares a ``MemberFilterSet``: one ``Member`` per JSON member that can be compared, with
the SQL behind it. Text is compared by code point, numbers as numbers, instants as instants, `[*]` is
any element of an array; a row without the member matches nothing. `in` takes alternatives separated
by commas. A member without a column of its own costs time linear in the rows.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import django_filters
from django.db.models import BooleanField, CharField, F, QuerySet, Value
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Collate

from astra.api.patterns import parse_identifier
from astra.api.query import Condition
from astra.api.views import invalid_query

# Django's lookup for each operator of the published pattern, `in` aside.
LOOKUPS = {"eq": "exact", "lt": "lt", "lte": "lte", "gt": "gt", "gte": "gte"}
_SQL_OPERATORS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


class Member(django_filters.Filter):
    """A member with text values; ``path`` is its (dotted) name, by default the attribute's.

    ``expression`` gives the SQL of a member that is not a plain column, from the account's instant.
    """

    orderable = True

    def __init__(
        self,
        column: str | None = None,
        *,
        path: str | None = None,
        expression: Callable[[datetime], Any] | None = None,
        nullable: bool = False,
    ) -> None:
        super().__init__(field_name=column)
        self.path = path
        self.expression = expression
        self.nullable = nullable or expression is not None
        self.orderable = path is None

    def value_of(self, now: datetime) -> Combinable:
        """Return the expression that is compared and ordered by."""
        value: Combinable = self.expression(now) if self.expression else F(self.field_name or "")
        return value

    def parse(self, text: str) -> Any:
        """Return the value that a literal stands for. Raises ``ValueError`` when it has none."""
        return text

    def stored_value(self, stored: str | int) -> Any:
        """Return the value that a `continue` token holds. Raises ``ValueError``."""
        return self.parse(str(stored))

    def literal(self, condition: Condition) -> Any:
        """Return the value that a condition compares the member's column with.

        PostgreSQL reads it for any such column, so one text of a statement serves all literals. None: the
        condition says more than that, or has a bad literal.
        """
        if self.expression is not None or condition.operator not in LOOKUPS:
            return None
        try:
            return self.parse(condition.value)
        except ValueError:
            return None

    def comparing(self, rows: QuerySet[Any], operator: str, value: Any) -> QuerySet[Any]:
        """Return the rows whose column compares so; ``value``: a literal, or what stands for it."""
        return rows.filter(**{f"{self.field_name}__{LOOKUPS[operator]}": value})

    def matching(self, rows: QuerySet[Any], condition: Condition, now: datetime) -> QuerySet[Any]:
        """Return the rows for which the condition holds. Raises problem 5 for a bad literal."""
        if (value := self.literal(condition)) is not None:
            return self.comparing(rows, condition.operator, value)
        name = self.field_name or ""
        if self.expression:
            name = "compared_" + "".join(char for char in condition.path if char.isalnum())
            rows = rows.alias(**{name: self.value_of(now)})
        try:
            if condition.operator == "in":
                wanted = [self.parse(part) for part in condition.value.split(",")]
                return rows.filter(**{f"{name}__any_of": wanted})
            lookup = f"{name}__{LOOKUPS[condition.operator]}"
            return rows.filter(**{lookup: self.parse(condition.value)})
        except ValueError as error:
            reason = f"{condition.path} cannot be compared with '{condition.value}'."
            raise invalid_query("filter", reason) from error


class IdentifierMember(Member):
    """An id: an unindexed comparison of text when the literal is no id."""

    def parse(self, text: str) -> uuid.UUID:
        return uuid.UUID(text)

    def literal(self, condition: Condition) -> uuid.UUID | None:
        """Return the id that a condition compares the column with; None: it compares text."""
        return super().literal(condition) if parse_identifier(condition.value) else None

    def matching(self, rows: QuerySet[Any], condition: Condition, now: datetime) -> QuerySet[Any]:
        """Return the rows for which the condition holds."""
        if all(parse_identifier(part) for part in condition.value.split(",")):
            return super().matching(rows, condition, now)
        text = Member(expression=lambda now: Collate(Cast(self.value_of(now), CharField()), "C"))
        return text.matching(rows, condition, now)


class InstantMember(Member):
    """An instant; a literal may have less than microseconds."""

    def parse(self, text: str) -> datetime:
        """Return the instant; ``ValueError`` unless it is ISO 8601 in UTC."""
        if not text.endswith("Z"):
            raise ValueError(text)
        return self.stored_value(text.replace(",", "."))

    def stored_value(self, stored: str | int) -> datetime:
        instant = datetime.fromisoformat(str(stored))
        if instant.tzinfo is None:
            raise ValueError(stored)
        return instant.astimezone(UTC)


class NumberMember(Member):
    """A number."""

    def literal(self, condition: Condition) -> None:
        """Say that a column of whole numbers cannot be compared with what may be a fraction."""

    def parse(self, text: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not number.is_finite() or abs(number.adjusted()) > 40:
            raise ValueError(text)
        return number


class ConstantMember(Member):
    """A member that is the same in every row, such as `type`."""

    def __init__(self, value: str) -> None:
        super().__init__(expression=lambda now: Value(value, output_field=CharField()))


class BooleanMember(Member):
    """A boolean, which the API writes as the strings true and false."""

    def __init__(self, column: str) -> None:
        super().__init__(expression=lambda now: Cast(F(column), CharField()))


class JsonMember(Member):
    """A text inside a JSON object column: the keys lead to it."""

    def __init__(self, column: str, *keys: str, path: str) -> None:
        def expression(now: datetime) -> Any:
            value: Any = column
            for key in keys:
                value = KeyTextTransform(key, value)
            return Collate(value, "C")

        super().__init__(path=path, expression=expression)


class ElementMember(Member):
    """Any element of a JSON array column: of its strings, or of one key of its objects."""

    def __init__(self, column: str, key: str | None = None, *, path: str) -> None:
        super().__init__(column, path=path)
        self.key = key

    def literal(self, condition: Condition) -> None:
        """Say that the column is none that a literal could equal."""

    def matching(self, rows: QuerySet[Any], condition: Condition, now: datetime) -> QuerySet[Any]:
        """Return the rows with a matching element; `eq` and `in` through the column's GIN index."""
        if condition.operator in ("eq", "in"):
            parts = [condition.value] if condition.operator == "eq" else condition.value.split(",")
            wanted = [[{self.key: part} if self.key else part] for part in parts]
            return rows.filter(**{f"{self.field_name}__contains_any": wanted})
        table = rows.model._meta.db_table
        value = "element->>%s" if self.key else "element #>> '{}' || coalesce(%s, '')"
        exists = RawSQL(
            f"""EXISTS (SELECT FROM jsonb_array_elements("{table}"."{self.field_name}") AS element
                WHERE ({value}) COLLATE "C" {_SQL_OPERATORS[condition.operator]} %s)""",
            [self.key or "", condition.value],
            output_field=BooleanField(),
        )
        return rows.filter(exists)


# What conditions compare, and how; their literals apart.
Shape: TypeAlias = tuple[tuple[str, str], ...]


class MemberFilterSet(django_filters.FilterSet):
    """The members of a resource that `filter` and `orderBy` may name."""

    # What every resource has in `metadata`.
    creation = InstantMember("created_at", path="metadata.creationTimestamp")
    modification = InstantMember("modified_at", path="metadata.modificationTimestamp")
    creator = IdentifierMember("created_by", path="metadata.createdBy")
    modifier = IdentifierMember("modified_by", path="metadata.modifiedBy", nullable=True)
    label_name = ElementMember("labels", "name", path="metadata.labels[*].name")
    label_value = ElementMember("labels", "value", path="metadata.labels[*].value")

    @classmethod
    def by_path(cls) -> dict[str, Member]:
        """Return the members by the name that `filter` uses."""
        return {
            member.path or name: member
            for name, member in cls.base_filters.items()
            if isinstance(member, Member)
        }

    @classmethod
    def member(cls, path: str, parameter: str) -> Member:
        """Return the member of that name. Raises problem 5 about the parameter."""
        member = cls.by_path().get(path)
        if member is None:
            raise invalid_query(parameter, f"Unknown field: {path}.")
        return member

    @classmethod
    def literals(cls, conditions: tuple[Condition, ...]) -> tuple[Any, ...] | None:
        """Return the literals of conditions that compare columns with one each; None: some do not.

        Raises problem 5 for an unknown member.
        """
        found = tuple(
            cls.member(condition.path, "filter").literal(condition) for condition in conditions
        )
        return None if None in found else found

    @classmethod
    def compare(cls, rows: QuerySet[Any], shape: Shape, literals: Iterable[Any]) -> QuerySet[Any]:
        """Return the rows for which conditions of the shape hold, with these in the literals' places."""
        for (path, operator), literal in zip(shape, literals, strict=True):
            rows = cls.member(path, "filter").comparing(rows, operator, literal)
        return rows

    @classmethod
    def narrow(
        cls, rows: QuerySet[Any], conditions: tuple[Condition, ...], now: datetime
    ) -> QuerySet[Any]:
        for condition in conditions:
            rows = cls.member(condition.path, "filter").matching(rows, condition, now)
        return rows
