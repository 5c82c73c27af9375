"""Ctrl-C and its kin, turned into a request to stop that may interrupt what goes on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from astra.engine.worker import StopSignals


class StopRequested(BaseException):
    """Someone wants the service to stop; no `except Exception` on the way may swallow it."""


class StopRequests(StopSignals):
    """Catches the signals that mean 'stop'; SIGCHLD too, so that `wait` returns when a child ends."""

    def __init__(self) -> None:
        # Started with nohup, it is to go on when the terminal closes. Ctrl-C is another matter:
        # shells ignore it for what they start in the background, we do not.
        is_kept = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().__init__(signal.SIGCHLD, *([] if is_kept else [signal.SIGHUP]))
        self._interrupting = False

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Within the block a request raises `StopRequested` at once, wherever the program is."""
        self._interrupting = True
        try:
            if self.received:
                raise StopRequested
            yield
        finally:
            self._interrupting = False

    def _catch(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        super()._catch(number, frame)
        if self._interrupting:
            self._interrupting = False
            raise StopRequested
