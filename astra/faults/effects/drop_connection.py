"""drop-connection: the connection is closed without an answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase

from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.base import Hit, Interference, RequestEffect

BEFORE, AFTER = "before", "after"


class DropParameters(ClosedSerializer):
    """When the connection is dropped."""

    when = fields.EnumField((BEFORE, AFTER), required=False)


class DropConnection(RequestEffect):
    """No answer."""

    name = "drop-connection"
    does = "The connection is closed without a byte of an answer."
    explained = {
        "when": "`before` the call is carried out (if absent), or `after`: it is done, and the"
        " client does not know."
    }
    parameters = DropParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Return the answer that is none, instead of the operation or of its answer."""
        if parameters.get("when", BEFORE) == BEFORE:
            return Interference(answer=no_answer())
        return Interference(change_answer=lambda answer: no_answer())


def no_answer() -> HttpResponseBase:
    """Return a response that the web server cannot send, so that it closes the connection.

    Granian hands a stream's Content-Length on to hyper, which refuses to begin an answer whose
    length it cannot read. (A stream that raises is too late: status and headers are sent by then.)
    """
    answer = StreamingHttpResponse(_nothing())
    answer["Content-Length"] = "-1"
    return answer


def is_no_answer(answer: HttpResponseBase) -> bool:
    """Tell whether the response is one that is not sent."""
    return answer.get("Content-Length") == "-1"


def _nothing() -> Iterator[bytes]:
    yield from ()
