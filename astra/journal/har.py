"""A journal as HAR 1.2 (HTTP Archive), which the tools of browsers, proxies and load generators read.

What the format wants and the journal does not keep is said as unknown: sizes of headers, and headers
of answers. What the journal has beyond the format is in members of ours, which begin with `_`.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl

import orjson

import astra
from astra.api import problems
from astra.api.clock import timestamp
from astra.api.media import JSON, with_values
from astra.journal.models import JournalEntry
from astra.journal.script import target_of

MEDIA_TYPE = JSON
_VERSION = "HTTP/1.1"
_UNKNOWN = -1
_CUT = "Cut: it is longer than what is kept, or was left out."


def har(entries: Iterable[JournalEntry], *, base_url: str) -> Iterator[bytes]:
    """Yield the pieces of an archive of calls, in their order, as if all had gone to ``base_url``."""
    creator = {"name": "Astra Simulator", "version": astra.__version__}
    yield b'{"log":{"version":"1.2","creator":' + orjson.dumps(creator) + b',"entries":['
    separator = b""
    for entry in entries:
        yield separator + orjson.dumps(_entry(entry, base_url))
        separator = b","
    yield b"]}}"


def _entry(entry: JournalEntry, base_url: str) -> dict[str, Any]:
    document = {
        "startedDateTime": timestamp(entry.real_at),
        "time": entry.duration_milliseconds,
        "request": _request(entry, base_url),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": entry.duration_milliseconds, "receive": 0},
        "comment": None if entry.status else "The connection was closed without an answer.",
        "_sequence": entry.sequence,
        "_at": timestamp(entry.at),
        "_operation": entry.operation or None,
        "_userID": entry.user_id,
        "_problem": entry.problem,
        "_correlationID": entry.correlation_id,
        "_faultIDs": entry.fault_ids or None,
    }
    return with_values(document)


def _request(entry: JournalEntry, base_url: str) -> dict[str, Any]:
    body = {
        "mimeType": entry.request_headers.get("Content-Type", ""),
        "text": entry.request_body,
        "comment": _CUT if entry.request_body_cut else None,
    }
    has_body = bool(entry.request_body or entry.request_body_cut)
    document = {
        "method": entry.method,
        "url": base_url + target_of(entry),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": [
            {"name": name, "value": value} for name, value in entry.request_headers.items()
        ],
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(entry.query, keep_blank_values=True)
        ],
        "postData": with_values(body) if has_body else None,
        "headersSize": _UNKNOWN,
        "bodySize": _size(entry.request_body, is_cut=entry.request_body_cut),
    }
    return with_values(document)


def _response(entry: JournalEntry) -> dict[str, Any]:
    size = _size(entry.response_body, is_cut=entry.response_body_cut)
    # What the answer said of it is not kept: a problem, or JSON.
    media_type = JSON if entry.status < HTTPStatus.BAD_REQUEST else problems.MEDIA_TYPE
    content = {
        "size": size,
        "mimeType": media_type if entry.response_body else "",
        "text": entry.response_body,
        "comment": _CUT if entry.response_body_cut else None,
    }
    return {
        "status": entry.status,
        "statusText": responses.get(entry.status, ""),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": [],
        "content": with_values(content),
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": size,
    }


def _size(text: str, *, is_cut: bool) -> int:
    return _UNKNOWN if is_cut else len(text.encode())
