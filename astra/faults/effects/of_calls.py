"""The effects on calls that every service has: refused, delayed, not answered, or answered in part."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError

from astra.api import fields, problems
from astra.api.problems import ApiProblem
from astra.api.serializers import ClosedSerializer, extended_error
from astra.faults.effects.base import Hit, Interference, RequestEffect, SecondsField

TOO_MANY, BROKEN, AWAY = 429, 500, 503
MOST_SECONDS = 120
BEFORE, AFTER = "before", "after"
FLUSH_SECONDS = 0.2

pause = time.sleep


class OneOfField(fields.IntegerField):
    """One of some numbers; ``otherwise``: what is said of another."""

    default_error_messages = {"unknown": "{otherwise}"}

    def __init__(self, numbers: Collection[int], otherwise: str, *, least: int = 0) -> None:
        super().__init__(least=least)
        self.numbers, self.otherwise = numbers, otherwise

    def to_internal_value(self, data: Any) -> int:
        """Return the number; fails with `unknown` for any other."""
        value = super().to_internal_value(data)
        if value not in self.numbers:
            self.fail("unknown", otherwise=self.otherwise)
        return value


class RefuseParameters(ClosedSerializer):
    """Which problem."""

    problem = OneOfField(problems.CATALOGUE, "The catalogue has no such problem.", least=1)


class Refuse(RequestEffect):
    """A refusal with a problem of the catalogue."""

    name = "refuse"
    does = "The call is refused with this problem, and nothing is done."
    explained = {"problem": "A number of the catalogue, for example 107 or 148."}
    parameters = RefuseParameters
    example = {"problem": 107}

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        return Interference(refusal=ApiProblem(problems.CATALOGUE[parameters["problem"]]))


class StatusParameters(ClosedSerializer):
    """Which status, and when to come again."""

    status = OneOfField((TOO_MANY, BROKEN, AWAY), "Must be 429, 500 or 503.")
    retryAfter = fields.IntegerField(required=False, most=86_400, style={"unit": "seconds"})


class Status(RequestEffect):
    """The service is overloaded, broken or away."""

    name = "status"
    does = (
        "The call is answered with this status and the problem that fits: `about:blank` for 429, the"
        " operation's own for 500, 24 for 503."
    )
    explained = {
        "status": "429, 500 or 503.",
        "retryAfter": "Seconds for the header `Retry-After`; without it the header is absent.",
    }
    parameters = StatusParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        fitting = {
            TOO_MANY: problems.TOO_MANY_REQUESTS,
            BROKEN: hit.failure,
            AWAY: problems.SERVICE_UNAVAILABLE,
        }
        headers = {}
        if "retryAfter" in parameters:
            headers["Retry-After"] = str(parameters["retryAfter"])
        return Interference(refusal=ApiProblem(fitting[parameters["status"]], headers=headers))


class DelayParameters(ClosedSerializer):
    """How long: fixed, or spread evenly between two bounds."""

    seconds = SecondsField(most=MOST_SECONDS, required=False)
    min = SecondsField(most=MOST_SECONDS, required=False)
    max = SecondsField(most=MOST_SECONDS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse anything but `seconds` alone, or `min` and `max` in order."""
        if set(attrs) not in ({"seconds"}, {"min", "max"}):
            raise ValidationError("Must have either seconds, or min and max.")
        if attrs.get("min", 0) > attrs.get("max", MOST_SECONDS):
            raise extended_error("max", "Must not be less than min.")
        return attrs


class Delay(RequestEffect):
    """A wait before the operation: the service is slow."""

    name = "delay"
    does = "The call is carried out after a while of real time; later rules still apply."
    explained = {
        "seconds": f"How long, up to {MOST_SECONDS}.",
        "min": "With `max`, instead of `seconds`: the dice choose evenly between them.",
        "max": "See `min`.",
    }
    parameters = DelayParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        return Interference(seconds=seconds_of(parameters, hit))


def seconds_of(parameters: Mapping[str, Any], hit: Hit) -> float:
    """Return how long to wait."""
    if "seconds" in parameters:
        return float(parameters["seconds"])
    low, high = float(parameters["min"]), float(parameters["max"])
    return low + (high - low) * hit.unit


class DropParameters(ClosedSerializer):
    """When the connection is dropped."""

    when = fields.EnumField((BEFORE, AFTER), required=False, initial=BEFORE)


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
        if self.said(parameters, "when") == BEFORE:
            return Interference(answer=no_answer())
        return Interference(change_answer=lambda answer: no_answer())


def no_answer() -> HttpResponseBase:
    """Return a response that the web server cannot send, so that it closes the connection.

    Granian hands a stream's Content-Length on to hyper, which refuses to begin an answer whose
    length it cannot read. (A stream that raises is too late: status and headers are sent by then.)
    """
    answer = StreamingHttpResponse(iter(()))
    answer["Content-Length"] = "-1"
    return answer


def is_no_answer(answer: HttpResponseBase) -> bool:
    """Tell whether the response is one that is not sent."""
    return answer.get("Content-Length") == "-1"


class TruncateParameters(ClosedSerializer):
    """How much of the body is sent."""

    bytes = fields.IntegerField(style={"unit": "bytes"})


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
        size = parameters["bytes"]
        return Interference(change_answer=lambda answer: cut(answer, size))


def cut(answer: HttpResponseBase, size: int) -> HttpResponseBase:
    """Return the answer with only the first ``size`` bytes of its body behind its true length.

    As a stream: of a body in one piece the web server takes the length as it finds it, and would
    leave the client waiting for the rest.
    """
    if isinstance(answer, HttpResponse):
        body = answer.content
        if len(body) <= size:
            return answer
    else:
        assert isinstance(answer, StreamingHttpResponse)
        pieces: Iterable[Any] = answer
        body = b"".join(pieces)
    sent = body[:size]
    part = StreamingHttpResponse(_pieces(sent), status=answer.status_code)
    # For whoever records what was sent: the stream must not be read ahead.
    part._sent = sent  # type: ignore[attr-defined]
    for name, value in answer.items():
        part[name] = value
    part["Content-Length"] = str(len(body))
    return part


def _pieces(body: bytes) -> Iterator[bytes]:
    if body:
        yield body
    # A stream that ends too early closes the connection at once, and what the web server has not
    # sent by then is lost: it sends what it has while it waits for more.
    pause(FLUSH_SECONDS)
