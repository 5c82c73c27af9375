"""Where a layer above may step in between a request and its answer; nothing does by default.

The simulation puts its fault rules here, which this layer may not import.
"""

from typing import Any, Protocol

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


def _let_pass(view: Any) -> None:
    return None


_interceptor: Interceptor = _let_pass


def register_interceptor(interceptor: Interceptor) -> None:
    """Set what steps in."""
    global _interceptor  # noqa: PLW0603
    _interceptor = interceptor


def intercept(view: Any) -> None:
    """Ask what steps in about the request of a view."""
    _interceptor(view)
