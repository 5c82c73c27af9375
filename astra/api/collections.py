"""Lists: pages by key, projections by `include`, and streams for those without a limit.

Cost: flat in the number of rows for the default order and indexed members, except `count` and
`skip`, which are linear.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.filters import MemberFilterSet
from astra.api.ordering import Order
from astra.api.query import COLLECTION_PARAMETERS, Query
from astra.api.views import ApiView, invalid_query

# Rows fetched at a time; a longer list is sent as a stream, without an ETag.
PAGE = 1000

Document = Mapping[str, Any]


class CollectionView(ApiView):
    """A collection: GET lists it. Subclasses name its members and write ``rows``."""

    is_list = True
    query_parameters = COLLECTION_PARAMETERS
    # What the published document declares; with ASTRA_STRICT_QUERIES nothing else is accepted.
    published_parameters: ClassVar[frozenset[str]] = frozenset({"include", "limit"})
    filters: ClassVar[type[MemberFilterSet]] = MemberFilterSet

    def allowed_parameters(self) -> frozenset[str]:
        """Return the parameters that GET takes."""
        return self.published_parameters if settings.ASTRA.strict_queries else self.query_parameters

    def rows(self) -> QuerySet[Any]:
        """Return the rows of the collection, in no particular order."""
        raise NotImplementedError

    def represent(self, row: Any, now: datetime) -> Document:
        """Return the JSON of one row at the account's instant."""
        raise NotImplementedError

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the collection."""
        query, now = self.query, self.caller.now()
        unknown = [name for name in query.include if name not in self.shape.members()]
        if unknown:
            raise invalid_query("include", f"Unknown field: {', '.join(unknown)}.")
        order = Order.of(query, self.filters)
        rows = self.filters.narrow(self.rows(), query.conditions, now)
        metadata: dict[str, Any] = {"count": rows.count()} if query.count else {}
        listing = _Listing(rows, query, order, now)
        items = (_project(self.represent(row, now), query.include) for row in listing)
        first = list(itertools.islice(items, PAGE))
        head = {"type": self.kind.list_type, "version": self.kind.versions[0]}
        if len(first) < PAGE:
            document = head | {"items": first, "metadata": metadata | listing.continuation()}
            return media.json_response(document)
        return _stream(head, itertools.chain(first, items), metadata, listing)


class _Listing:
    """The rows of a query in order, up to its limit, fetched a page at a time by key."""

    def __init__(self, rows: QuerySet[Any], query: Query, order: Order, now: datetime) -> None:
        self._rows = order.apply(rows, now)
        self._query = query
        self._order = order
        self._last: Any = None

    def __iter__(self) -> Iterator[Any]:
        left = self._query.limit
        skip = self._query.skip
        token = self._query.continue_token
        rows = self._rows
        if token is not None:
            rows = self._order.after(rows, self._order.decode(token))
        while True:
            size = PAGE if left is None else min(PAGE, left)
            # One more row than wanted tells whether anything follows.
            page = list(rows[skip : skip + size + 1])
            more, page = len(page) > size, page[:size]
            yield from page
            if not more:
                return
            if left is not None and left == len(page):
                self._last = page[-1]
                return
            left = None if left is None else left - len(page)
            rows, skip = self._order.after(self._rows, _key(page[-1])), 0

    def continuation(self) -> dict[str, str]:
        """Return the `continue` member of the list's metadata, if more follows its last row."""
        return {"continue": self._order.encode(self._last)} if self._last else {}


def _key(row: Any) -> Any:
    return row.order_key, row.id


def _project(document: Document, include: tuple[str, ...]) -> Document | list[Any]:
    return [document.get(name) for name in include] if include else document


def _stream(
    head: Document, items: Iterable[Any], metadata: dict[str, Any], listing: _Listing
) -> HttpResponseBase:
    def chunks() -> Iterator[bytes]:
        yield media.write_json(head)[:-1] + b',"items":['
        separator = b""
        for batch in iter(lambda: list(itertools.islice(source, PAGE)), []):
            yield separator + b",".join(media.write_json(item) for item in batch)
            separator = b","
        yield b'],"metadata":' + media.write_json(metadata | listing.continuation()) + b"}"

    source = iter(items)
    response = StreamingHttpResponse(chunks(), content_type=media.JSON)
    response["Vary"] = "Accept"
    return response
