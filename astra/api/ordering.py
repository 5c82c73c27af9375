"""The order of a list, and resuming in it after a key.

The default order is creation, then id; `orderBy` puts one member before the id, rows without it
last. A `continue` token holds the key of the last row sent, so rows that come and go meanwhile make
a listing neither repeat nor lose a row that stayed.
"""

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.models import F, Q, QuerySet

from astra.api.filters import Member, MemberFilterSet
from astra.api.query import Query
from astra.api.views import invalid_query

ORDER_KEY = "order_key"
_DEFAULT = "-"


@dataclass(frozen=True, slots=True)
class Order:
    """One order: by a member (by creation if none), then by id, ascending."""

    name: str
    member: Member | None
    descending: bool

    @classmethod
    def of(cls, query: Query, members: type[MemberFilterSet]) -> "Order":
        """Return the order that a query asks for. Raises problem 5 for an unknown field."""
        if query.order_by is None:
            return DEFAULT_ORDER
        member = members.member(query.order_by, "orderBy")
        if not member.orderable:
            raise invalid_query("orderBy", f"Unknown field: {query.order_by}.")
        return cls(query.order_by, member, query.descending)

    def apply(self, rows: QuerySet[Any], now: datetime | None = None) -> QuerySet[Any]:
        """Return the rows in this order, each with its key as ``order_key``.

        ``now``: the account's instant, which a member may depend on.
        """
        value = F("created_at") if self.member is None or now is None else self.member.value_of(now)
        rows = rows.annotate(**{ORDER_KEY: value})
        if self.member is None or not self.member.nullable:
            return rows.order_by(("-" if self.descending else "") + ORDER_KEY, "id")
        key = F(ORDER_KEY)
        first = key.desc(nulls_last=True) if self.descending else key.asc(nulls_last=True)
        return rows.order_by(first, "id")

    def after(self, rows: QuerySet[Any], key: tuple[Any, Any]) -> QuerySet[Any]:
        """Return the rows of an ordered query that follow a key."""
        value, identifier = key
        if value is None:
            return rows.filter(**{f"{ORDER_KEY}__isnull": True}, id__gt=identifier)
        beyond = "lt" if self.descending else "gt"
        following = Q(**{f"{ORDER_KEY}__{beyond}": value}) | Q(
            **{ORDER_KEY: value}, id__gt=identifier
        )
        if self.member is not None and self.member.nullable:
            return rows.filter(following | Q(**{f"{ORDER_KEY}__isnull": True}))
        # The first condition is the range of the index, the second drops what came before in it.
        return rows.filter(**{f"{ORDER_KEY}__{beyond}e": value}).filter(following)

    def encode(self, row: Any) -> str:
        """Return the `continue` token that resumes after a row."""
        key = [self.name, self.descending, getattr(row, ORDER_KEY), row.id]
        # A number of the database is a Decimal, which only its text keeps as it is.
        return base64.b64encode(orjson.dumps(key, default=str)).decode()

    def decode(self, token: str) -> tuple[Any, uuid.UUID]:
        """Return the key in a token. Raises problem 5 for one of another order, or made elsewhere."""
        try:
            name, descending, text, identifier = orjson.loads(base64.b64decode(token))
            key = self._parse(text), uuid.UUID(identifier)
        except (ValueError, TypeError, AttributeError, ArithmeticError) as error:
            raise invalid_query("continue", "Not a token of this service.") from error
        if (name, descending) != (self.name, self.descending):
            raise invalid_query("continue", "The token belongs to another order.")
        return key

    def _parse(self, text: Any) -> Any:
        if self.member is None:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                raise ValueError(text)
            return instant.astimezone(UTC)
        if text is None and self.member.nullable:
            return None
        if not isinstance(text, str | int) or isinstance(text, bool) or "\0" in str(text):
            raise ValueError(text)
        return self.member.stored_value(text)


DEFAULT_ORDER = Order(_DEFAULT, None, descending=False)
