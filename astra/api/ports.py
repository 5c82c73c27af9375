"""Where a layer above may step in between a request and its answer; nothing does by default.

Fault rules and the journal are put here, which this layer may not import.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What steps in once a caller is known and its role permits the call of a view: lets the request go
# on, raises a problem or ``Answered``, or sets ``view.change_answer``.
Interceptor: TypeAlias = Callable[[Any], None]
# What carries out what a call of this caller has made due at once; never raises.
Settler: TypeAlias = Callable[[Any], None]
# What writes down a call of the API, in real time begun then, before its answer leaves; never raises.
# Of a stream, the iterator may be replaced by one that writes at its end.
Recorder: TypeAlias = Callable[[HttpRequest, HttpResponseBase, datetime], None]


class Answered(Exception):
    """Raised by what steps in: the request is answered, the operation is not carried out."""

    def __init__(self, answer: HttpResponseBase) -> None:
        super().__init__("answered")
        self.answer = answer


interceptors: list[Interceptor] = []
settlers: list[Settler] = []
recorders: list[Recorder] = []


def intercept(view: Any) -> None:
    """Ask what steps in about the request of a view."""
    for interceptor in interceptors:
        interceptor(view)


def settle(caller: Any) -> None:
    """Have carried out what a call, now committed, has made due at once."""
    for settler in settlers:
        settler(caller)


def record(request: HttpRequest, answer: HttpResponseBase, started_at: datetime) -> None:
    """Have a call written down, with the answer as it is to leave."""
    for recorder in recorders:
        recorder(request, answer, started_at)
