"""truncate: the answer breaks off."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.base import Hit, Interference, RequestEffect

FLUSH_SECONDS = 0.2

pause = time.sleep


class TruncateParameters(ClosedSerializer):
    """How much of the body is sent."""

    bytes = fields.IntegerField()


class Truncate(RequestEffect):
    """Part of an answer."""

    name = "truncate"
    does = (
        "The call is carried out; its answer has its full `Content-Length`, but the connection is"
        " closed after so many bytes of the body. A body that is no longer goes out whole."
    )
    explained = {"bytes": "How many bytes of the body are sent."}
    parameters = TruncateParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Return what cuts the answer."""
        size = parameters["bytes"]
        return Interference(change_answer=lambda answer: cut(answer, size))


def cut(answer: HttpResponseBase, size: int) -> HttpResponseBase:
    """Return the answer with only the first ``size`` bytes of its body behind its true length.

    As a stream: of a body in one piece the web server takes the length as it finds it, and would
    leave the client waiting for the rest.
    """
    body = _body(answer)
    if len(body) <= size:
        return answer if isinstance(answer, HttpResponse) else _stream(answer, body, len(body))
    return _stream(answer, body[:size], len(body))


def _body(answer: HttpResponseBase) -> bytes:
    if isinstance(answer, HttpResponse):
        return answer.content
    assert isinstance(answer, StreamingHttpResponse)
    pieces: Iterable[Any] = answer
    return b"".join(pieces)


def _stream(answer: HttpResponseBase, body: bytes, length: int) -> HttpResponseBase:
    part = StreamingHttpResponse(_pieces(body), status=answer.status_code)
    # For whoever records what was sent: the stream must not be read ahead.
    part._sent = body  # type: ignore[attr-defined]
    for name, value in answer.items():
        part[name] = value
    part["Content-Length"] = str(length)
    return part


def _pieces(body: bytes) -> Iterator[bytes]:
    if body:
        yield body
    # A stream that ends too early closes the connection at once, and what the web server has not
    # sent by then is lost: it sends what it has while it waits for more.
    pause(FLUSH_SECONDS)
