"""Waits that hold no thread: the web server carries the request out again, which goes on where it was.

What it offers and what is kept of a request that waits is in the request's `META`, which the web server
fills. Without it, as with another web server, a wait holds its thread, and nothing is counted.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Protocol

from django.http import HttpRequest

from astra.api.clock import monotonic_seconds, real_now
from astra.api.statements import release
from astra.database.patience import postpone

# What counts calls; the account that this call was counted for; where it was when it began to wait.
CROWD, ACCOUNT, _WAITED = "astra.crowd", "astra.account", "astra.waited"

pause = time.sleep


class Counts(Protocol):
    """Counts the calls of accounts."""

    def enter(self, account_id: uuid.UUID) -> None:
        """Count a call more. Raises problem 24 where there are too many."""


class Wait(BaseException):
    """Unwinds a request, past whatever answers failures: it is to be carried out in so many seconds.

    ``environ``: what the request has then besides what it has now.
    """

    def __init__(self, seconds: float, environ: dict[str, Any]) -> None:
        super().__init__("wait")
        self.seconds, self.environ = seconds, environ


@dataclass(frozen=True, slots=True)
class _Waited:
    began: tuple[datetime, float]
    memory: Any


def wait(request: HttpRequest, seconds: float, memory: object) -> None:
    """Go on after so many seconds; ``memory`` is what ``remembered`` returns from then on.

    Meanwhile others may have the session, and the call may take as long afterwards as any.
    """
    release()
    if CROWD not in request.META:
        postpone(seconds)
        pause(seconds)
        return
    environ = {_WAITED: _Waited(began(request), memory), ACCOUNT: request.META.get(ACCOUNT)}
    sent: bytes | None = getattr(request, "_sent", None)
    if sent is not None:
        environ["wsgi.input"] = BytesIO(sent)
    raise Wait(seconds, environ)


def remembered(request: HttpRequest) -> Any:
    """Return what the request has to remember of the time before its last wait, None at first."""
    waited: _Waited | None = request.META.get(_WAITED)
    return waited and waited.memory


def began(request: Any) -> tuple[datetime, float]:
    """Return when a request began, as an instant and in seconds that only pass, whatever it waited."""
    found: tuple[datetime, float] | None = getattr(request, "_began", None)
    if found is None:
        waited: _Waited | None = request.META.get(_WAITED)
        found = request._began = waited.began if waited else (real_now(), monotonic_seconds())
    return found


def count(request: HttpRequest, account_id: uuid.UUID) -> None:
    """Count a call of an account, once, until its answer has been read. Raises problem 24 (503)."""
    crowd: Counts | None = request.META.get(CROWD)
    if crowd is not None and ACCOUNT not in request.META:
        crowd.enter(account_id)
        request.META[ACCOUNT] = account_id
