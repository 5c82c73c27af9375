"""Lists: pages by key, projections by `include`, and streams for those without a limit.

Cost: flat in the number of rows for the default order and indexed members, except `count` and
`skip`, which are linear.
"""

import functools
import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.filters import MemberFilterSet, Shape
from astra.api.ordering import DEFAULT_ORDER, ORDER_KEY, Order
from astra.api.problems import NOT_PERMITTED, ApiProblem
from astra.api.query import COLLECTION_PARAMETERS, Query
from astra.api.rows import Parameter, Proof, Row, Selection, count_rows, fetch_rows
from astra.api.staleness import accepted_age, read_stale
from astra.api.turns import turns_of_reads
from astra.api.views import READS, ApiView, invalid_query

T = TypeVar("T")

# Rows fetched at a time; a longer list is sent as a stream, without an ETag.
PAGE = 1000
# And sent at a time: as many pieces wait for a slow reader as the web server likes.
_PIECE = 100
# The first of these that is enough for a limit is fetched, so that few statements stay prepared.
_SIZES = (1, 20, 100, PAGE)
# What is remembered of filters: which members they compare, and how.
_MOST_SHAPES = 1000

Document = Mapping[str, Any]


class CollectionView(ApiView):
    """A collection: GET lists it. Subclasses name its members, write ``rows_at`` and ``represent``."""

    is_list = True
    proves: ClassVar[frozenset[str]] = frozenset(READS)
    query_parameters = COLLECTION_PARAMETERS
    # What the published document declares; with ASTRA_STRICT_QUERIES nothing else is accepted.
    published_parameters: ClassVar[frozenset[str]] = frozenset({"include", "limit"})
    filters: ClassVar[type[MemberFilterSet]] = MemberFilterSet
    # For how many seconds the list may be out of date; None: not at all.
    accepted_age: float | None = None

    def allowed_parameters(self) -> frozenset[str]:
        """Return the parameters that GET takes."""
        return self.published_parameters if settings.ASTRA.strict_queries else self.query_parameters

    def perform_authentication(self, request: Any) -> None:
        """Find out who calls: of the primary, where the list itself may be of a replica."""
        self.accepted_age = accepted_age(request) if request.method in READS else None
        if self.accepted_age is not None:
            request._may_remember = False
        super().perform_authentication(request)

    def check_parents(self) -> None:
        """Raise the operation's 404 if a parent that the path names is not there."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the collection."""
        query, now = self.query, self.caller.now()
        unknown = [name for name in query.include if name not in self.shape.members()]
        if unknown:
            raise invalid_query("include", f"Unknown field: {', '.join(unknown)}.")
        listing = _Listing(self, query, now)
        metadata: dict[str, Any] = {"count": listing.count()} if query.count else {}
        items: Iterator[Any] = map(partial(self.represent, now=now), listing)
        if query.include:
            items = ([item.get(name) for name in query.include] for item in items)
        first = list(itertools.islice(items, PAGE))
        if not first:
            if self.caller.is_remembered:
                # Nothing proved who it is.
                raise ApiProblem(NOT_PERMITTED)
            self.check_parents()
        head = {"type": self.kind.list_type, "version": self.kind.versions[0]}
        if len(first) < PAGE:
            document = head | {"items": first, "metadata": metadata | listing.continuation()}
            answer: HttpResponseBase = media.json_response(document)
        else:
            answer = _stream(
                self.caller.account_id, head, itertools.chain(first, items), metadata, listing
            )
        if listing.age is not None:
            answer["Age"] = str(listing.age)
        return answer


class _Listing:
    """The rows that a query asks for in order, up to its limit, fetched a page at a time by key."""

    def __init__(self, view: CollectionView, query: Query, now: datetime) -> None:
        self._view, self._query, self._now = view, query, now
        self._order = Order.of(query, view.filters)
        self._last: Row | None = None
        # How many seconds old the rows are, where a replica told them.
        self.age: int | None = None

    def __iter__(self) -> Iterator[Row]:
        left, skip = self._query.limit, self._query.skip
        token = self._query.continue_token
        after = None if token is None else self._order.decode(token)
        while True:
            size = PAGE if left is None else min(PAGE, left)
            # One more row than wanted tells whether anything follows.
            page = self._page(after, skip, size + 1)
            more, page = len(page) > size, page[:size]
            yield from page
            if not more:
                return
            if left is not None and left == len(page):
                self._last = page[-1]
                return
            left = None if left is None else left - len(page)
            after, skip = (page[-1].order_key, page[-1].id), 0

    def count(self) -> int:
        """Return how many rows there are without limit, skip and continuation."""
        return self._read(lambda proof: count_rows(self._rows()))

    def continuation(self) -> dict[str, str]:
        """Return the `continue` member of the list's metadata, if more follows its last row."""
        return {"continue": self._order.encode(self._last)} if self._last else {}

    def _page(self, after: tuple[Any, Any] | None, skip: int, size: int) -> list[Row]:
        return self._read(lambda proof: self._fetched(after, skip, size, proof))

    def _read(self, read: Callable[[str], T]) -> T:
        """Read from the replica, as long as that may be and it can, or else from the primary.

        ``read`` is told what proves who calls: nothing to a replica, which need not know it yet, as the
        primary was asked just now.
        """
        if self._view.accepted_age is not None:
            found = read_stale(self._view.accepted_age, lambda: read("TRUE"))
            if found is not None:
                rows, age = found
                self.age = max(age, self.age or 0)
                return rows
        return read(self._view.caller.PROOF)

    def _fetched(
        self, after: tuple[Any, Any] | None, skip: int, size: int, proof: str
    ) -> list[Row]:
        view, query = self._view, self._query
        values = {**view.ids, "account": view.caller.account_id, **view.caller.proof}
        literals = view.filters.literals(query.conditions)
        if literals is None or skip or self._order != DEFAULT_ORDER or view.sees_some:
            rows = self._order.apply(self._rows(), self._now)
            if after is not None:
                rows = self._order.after(rows, after)
            rows = rows.filter(Proof(proof))[skip : skip + size]
            return fetch_rows(rows, (*view.columns, ORDER_KEY), values)
        enough = next(each for each in _SIZES if each + 1 >= size) + 1
        if after is not None:
            values["after"], values["after_id"] = after
        kind: Any = type(view)
        asked = kind, tuple(view.ids), proof, enough, after is not None
        if literals:
            values.update(zip(_literal_names(literals), literals, strict=True))
            shape = tuple((each.path, each.operator) for each in query.conditions)
            page = _filtered_page_of(*asked, shape)
        else:
            page = _page_of(*asked)
        return page.fetch(values)[:size]

    def _rows(self) -> QuerySet[Any]:
        view = self._view
        return view.filters.narrow(view.rows(), self._query.conditions, self._now)


@functools.cache
def _page_of(*asked: Any) -> Selection:
    """Return the statement of a page in the default order, see ``_rows_of``."""
    return Selection(*_rows_of(*asked))


@functools.lru_cache(_MOST_SHAPES)
def _filtered_page_of(*asked: Any) -> Selection:
    """Return that of a page of what a filter leaves.

    Which index is best depends on the literals, so it is planned for them each time.
    """
    return Selection(*_rows_of(*asked), is_kept=False)


def _rows_of(
    view: Any,
    ids: tuple[str, ...],
    proof: str,
    size: int,
    is_continued: bool,  # noqa: FBT001
    shape: Shape = (),
) -> tuple[QuerySet[Any], tuple[str, ...]]:
    """Return the rows of a page, the first or one after a key, and the columns that it shows."""
    found = view.rows_at(Parameter("account"), {name: Parameter(name) for name in ids})
    found = view.filters.compare(found, shape, map(Parameter, _literal_names(shape)))
    rows = DEFAULT_ORDER.apply(found.filter(Proof(proof)))
    if is_continued:
        rows = DEFAULT_ORDER.after(rows, (Parameter("after"), Parameter("after_id")))
    return rows[:size], (*view.columns, ORDER_KEY)


def _literal_names(literals: Sequence[Any]) -> list[str]:
    return [f"literal_{number}" for number in range(len(literals))]


def _stream(
    account_id: uuid.UUID,
    head: Document,
    items: Iterable[Any],
    metadata: dict[str, Any],
    listing: _Listing,
) -> HttpResponseBase:
    def chunks() -> Iterator[bytes]:
        yield media.write_json(head)[:-1] + b',"items":['
        separator = b""
        while piece := taken():
            yield separator + piece
            separator = b","
        yield b'],"metadata":' + media.write_json(metadata | listing.continuation()) + b"}"

    def taken() -> bytes:
        with turns_of_reads().turn(account_id):
            return b",".join(map(media.write_json, itertools.islice(source, _PIECE)))

    source = iter(items)
    response = StreamingHttpResponse(chunks(), content_type=media.JSON)
    response["Vary"] = "Accept"
    return response
