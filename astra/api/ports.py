"""Where a layer above may step in between a request and its answer; nothing does by default.

Fault rules and the journal are put here, which this layer may not import.
"""

from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Answered(Exception):
    """Raised by what steps in: the request is answered, the operation is not carried out."""

    def __init__(self, answer: HttpResponseBase) -> None:
        super().__init__("answered")
        self.answer = answer


class Interceptor(Protocol):
    """What steps in once a caller is known and its role permits the call."""

    def __call__(self, view: Any) -> None:
        """Let the request go on, raise a problem or ``Answered``, or set ``view.change_answer``."""
        ...


class Recorder(Protocol):
    """What writes down the calls of the API."""

    def __call__(
        self, request: HttpRequest, answer: HttpResponseBase, started_at: datetime
    ) -> None:
        """Write down a call before its answer leaves, in real time begun then; never raises.

        Of a stream, the iterator may be replaced by one that writes at its end.
        """
        ...


def _let_pass(view: Any) -> None:
    return None


def _forget(request: HttpRequest, answer: HttpResponseBase, started_at: datetime) -> None:
    return None


_interceptor: Interceptor = _let_pass
_recorder: Recorder = _forget


def register_interceptor(interceptor: Interceptor) -> None:
    """Set what steps in."""
    global _interceptor  # noqa: PLW0603
    _interceptor = interceptor


def intercept(view: Any) -> None:
    """Ask what steps in about the request of a view."""
    _interceptor(view)


def register_recorder(recorder: Recorder) -> None:
    """Set what writes down calls."""
    global _recorder  # noqa: PLW0603
    _recorder = recorder


def record(request: HttpRequest, answer: HttpResponseBase, started_at: datetime) -> None:
    """Have a call written down, with the answer as it is to leave."""
    _recorder(request, answer, started_at)
