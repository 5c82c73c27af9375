"""Which media type a response has, and how JSON is read and written.

Source: `docs/architecture.md`, 'Accept' and 'Bodies'.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.request import MediaType

from astra.api.problems import BODY_TOO_LARGE, INVALID_JSON, NOT_ACCEPTABLE, ApiProblem

JSON = "application/json"
# Of an Accept header so much is looked at: so many ranges, none of them longer than a media type is.
_MOST_RANGES = 64
_LONGEST_RANGE = 255
# Longer headers are looked at anew each time.
_LONGEST_REMEMBERED = 255
# JSON that is nested deeper cannot be written again (orjson ends at 254).
MAX_DEPTH = 200


def resource_media_type(kind: str) -> str:
    """Return the media type of one resource of a kind on the wire."""
    return f"application/astra-{kind}+json"


def _choose(accept: str, own: str | None) -> str | None:
    """Return the media type for an Accept header: ``own`` of an instance, JSON, or None for neither."""
    ranks = []
    for text in accept.split(",", _MOST_RANGES)[:_MOST_RANGES]:
        if len(text) > _LONGEST_RANGE:
            continue
        try:
            media = MediaType(text.strip())
        except ValueError:
            # A parameter in an encoding that nobody knows.
            continue
        # Django hands media types on in lower case, as their names are case-insensitive.
        is_own = own is not None and f"{media.main_type}/{media.sub_type}" == own.lower()
        if media.quality > 0 and (is_own or _stands_for_json(media)):
            ranks.append((media.quality, is_own))
    if not ranks:
        return None
    return own if max(ranks)[1] else JSON


_remembered = lru_cache(maxsize=512)(_choose)


def _stands_for_json(media: MediaType) -> bool:
    if media.main_type == "*":
        return True
    if media.main_type != "application":
        return False
    return media.sub_type in ("*", "json") or media.sub_type.startswith("astra-")


def negotiate(request: HttpRequest, kind: str | None) -> str:
    """Return the media type of the answer. Raises problem 32 (406) when nothing is acceptable.

    ``kind`` is the resource's for an instance, None for a list.
    """
    chosen = preferred(request, resource_media_type(kind) if kind else None)
    if chosen is None:
        raise ApiProblem(NOT_ACCEPTABLE)
    return chosen


def preferred(request: HttpRequest, own: str | None) -> str | None:
    """Return ``own`` where nothing is asked for before it, else JSON; None where neither will do."""
    accept = request.META.get("HTTP_ACCEPT", "").strip()
    if not accept:
        return JSON
    choose = _remembered if len(accept) <= _LONGEST_REMEMBERED else _choose
    return choose(accept, own)


def takes(request: HttpRequest, media_type: str) -> bool:
    """Tell whether an answer of a media type is acceptable where none is asked for by name before it.

    A type that is named comes before one that a wildcard stands for.
    """
    accept = request.META.get("HTTP_ACCEPT", "").strip() or "*/*"
    ranges = [text.split(";")[0].strip().lower() for text in accept.split(",", _MOST_RANGES)]
    if media_type in ranges:
        return True
    is_named = any("*" not in each for each in ranges)
    return not is_named and any(each in ("*/*", "application/*") for each in ranges)


def read_json(request: HttpRequest, *, max_bytes: int, max_depth: int | None = MAX_DEPTH) -> Any:
    """Return the parsed body, whatever its Content-Type. Raises as ``parse_json``, 85 when too large."""
    body = read_body(request, max_bytes=max_bytes)
    if len(body) > max_bytes:
        raise ApiProblem(BODY_TOO_LARGE)
    return parse_json(body, max_depth=max_depth)


def parse_json(text: bytes, *, max_depth: int | None = MAX_DEPTH) -> Any:
    """Return what a JSON text says. Raises problem 7 for what is none, or is nested deeper.

    ``max_depth`` None: as deep as it can be read.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiProblem(INVALID_JSON) from error
    # Few texts have so many brackets that they could be too deep.
    if max_depth is not None and text.count(b"[") + text.count(b"{") > max_depth:
        _check_depth(document, max_depth)
    return document


def _check_depth(document: Any, max_depth: int) -> None:
    # Level by level, as recursion is what it is all about.
    level = [document]
    for _ in range(max_depth + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise ApiProblem(INVALID_JSON)


def peek_json(request: HttpRequest, *, max_bytes: int) -> Any:
    """Return the parsed body and leave it for ``read_json``; None when that would refuse it."""
    try:
        return read_json(request, max_bytes=max_bytes)
    except ApiProblem:
        return None


def read_body(request: HttpRequest, *, max_bytes: int) -> bytes:
    """Return the body as it came, up to one byte more than ``max_bytes``; it can be read again."""
    sent: bytes | None = getattr(request, "_sent", None)
    if sent is None:
        sent = request._sent = _read(request, max_bytes)  # type: ignore[attr-defined]
    return sent


def _read(request: HttpRequest, max_bytes: int) -> bytes:
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django reads as many bytes as Content-Length says, here none; the server ends the stream.
        stream = request.META.get("wsgi.input")
        return stream.read(max_bytes + 1) if stream is not None else b""
    # Not `body`, which has a limit of its own beside ours.
    return request.read(max_bytes + 1)


def with_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a document that have a value; an answer lacks the others."""
    return {name: value for name, value in document.items() if value is not None}


def write_json(document: Any) -> bytes:
    """Return the document as JSON bytes."""
    return orjson.dumps(document)


def json_response(
    document: Any, *, media_type: str = JSON, status: int = 200, tag: bool = True
) -> HttpResponse:
    """Return a response with the document, its `ETag` (MD5 of the JSON, quoted) and `Vary: Accept`."""
    return response_of(write_json(document), media_type=media_type, status=status, tag=tag)


def response_of(
    body: bytes, *, media_type: str, status: int = 200, tag: bool = True
) -> HttpResponse:
    """Return a response with the body, its `ETag` (MD5, quoted) and `Vary: Accept`."""
    response = HttpResponse(body, status=status, content_type=media_type)
    if tag:
        response["ETag"] = etag(body)
    response["Vary"] = "Accept"
    return response


def etag(body: bytes) -> str:
    """Return the entity tag of a JSON body."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
