"""Lists: pages by key, projections by `include`, and streams for those without a limit.

The default order is creation, then id; `continue` resumes after a key, so rows that come and go
meanwhile make it neither repeat nor lose one that stayed. Cost: flat in the number of rows, except
`count` and `skip`, which are linear.
"""

import base64
import itertools
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

import orjson
from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import media
from astra.api.query import COLLECTION_PARAMETERS, Query
from astra.api.views import ApiView, invalid_query

# Rows fetched at a time; a longer list is sent as a stream, without an ETag.
PAGE = 1000

Document = Mapping[str, Any]


class CollectionView(ApiView):
    """A collection: GET lists it. Subclasses name its members and write ``rows``."""

    is_list = True
    query_parameters = COLLECTION_PARAMETERS
    # The JSON members of an item, which `include` may name.
    members: ClassVar[frozenset[str]]

    def rows(self) -> QuerySet[Any]:
        """Return the rows of the collection, in no particular order."""
        raise NotImplementedError

    def represent(self, row: Any, now: datetime) -> Document:
        """Return the JSON of one row at the account's instant."""
        raise NotImplementedError

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the collection."""
        query = self.query
        unknown = [name for name in query.include if name not in self.members]
        if unknown:
            raise invalid_query("include", f"Unknown field: {', '.join(unknown)}.")
        rows = self.rows()
        metadata: dict[str, Any] = {"count": rows.count()} if query.count else {}
        now = self.caller.now()
        keys = _Keys(rows, query)
        items = (_project(self.represent(row, now), query.include) for row in keys)
        first = list(itertools.islice(items, PAGE))
        head = {"type": self.kind.list_type, "version": self.kind.versions[0]}
        if len(first) < PAGE:
            document = head | {"items": first, "metadata": metadata | keys.continuation()}
            return media.json_response(document)
        return _stream(head, itertools.chain(first, items), metadata, keys)


class _Keys:
    """The rows of a query in order, up to its limit, fetched a page at a time by key."""

    def __init__(self, rows: QuerySet[Any], query: Query) -> None:
        self._rows = rows.order_by("created_at", "id")
        self._query = query
        self._resume_after: Any = None

    def __iter__(self) -> Iterator[Any]:
        left = self._query.limit
        skip = self._query.skip
        token = self._query.continue_token
        after = decode_token(token) if token else None
        while True:
            size = PAGE if left is None else min(PAGE, left)
            # One more row than wanted tells whether anything follows.
            page = self._page(after, skip, size + 1)
            more, page = len(page) > size, page[:size]
            yield from page
            if not more:
                return
            last = page[-1]
            if left is not None and left == len(page):
                self._resume_after = last
                return
            left = None if left is None else left - len(page)
            after, skip = (last.created_at, last.id), 0

    def _page(self, after: tuple[datetime, uuid.UUID] | None, skip: int, size: int) -> list[Any]:
        rows = self._rows
        if after:
            created_at, identifier = after
            # The first condition is the index range, the second drops what came before in it.
            rows = rows.filter(created_at__gte=created_at).filter(
                Q(created_at__gt=created_at) | Q(id__gt=identifier)
            )
        return list(rows[skip : skip + size])

    def continuation(self) -> dict[str, str]:
        """Return the `continue` member of the list's metadata, if more follows its last row."""
        row = self._resume_after
        return {"continue": encode_token(row.created_at, row.id)} if row else {}


def encode_token(created_at: datetime, identifier: uuid.UUID) -> str:
    """Return the `continue` token that resumes after a row."""
    return base64.b64encode(orjson.dumps([created_at.isoformat(), str(identifier)])).decode()


def decode_token(token: str) -> tuple[datetime, uuid.UUID]:
    """Return the key in a `continue` token. Raises problem 5 for one that this service never made."""
    try:
        created_at, identifier = orjson.loads(base64.b64decode(token))
        key = datetime.fromisoformat(created_at), uuid.UUID(identifier)
    except (ValueError, TypeError, AttributeError) as error:
        raise invalid_query("continue", "Not a token of this service.") from error
    if key[0].tzinfo is None:
        raise invalid_query("continue", "Not a token of this service.")
    return key


def _project(document: Document, include: tuple[str, ...]) -> Document | list[Any]:
    return [document.get(name) for name in include] if include else document


def _stream(
    head: Document, items: Iterable[Any], metadata: dict[str, Any], keys: _Keys
) -> HttpResponseBase:
    def chunks() -> Iterator[bytes]:
        yield media.write_json(head)[:-1] + b',"items":['
        separator = b""
        for batch in iter(lambda: list(itertools.islice(source, PAGE)), []):
            yield separator + b",".join(media.write_json(item) for item in batch)
            separator = b","
        yield b'],"metadata":' + media.write_json(metadata | keys.continuation()) + b"}"

    source = iter(items)
    response = StreamingHttpResponse(chunks(), content_type=media.JSON)
    response["Vary"] = "Accept"
    return response
