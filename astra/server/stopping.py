"""Ctrl-C and its kin, turned into a request to stop that is obeyed at a safe moment."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Someone wants the service to stop; no `except Exception` on the way may swallow it."""


class StopRequests:
    """Catches the signals that mean 'stop', in the main thread."""

    def __init__(self) -> None:
        self.received = False
        self._interrupting = False
        self._read_end, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._previous: dict[signal.Signals, signal._HANDLER] = {}
        self._previous_fd = -1

    def __enter__(self) -> Self:
        """Catch the signals; SIGCHLD too, so that `wait` returns when a child ends."""
        self._previous_fd = signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _STOPPING:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                # Started with nohup: it is to go on when the terminal closes. Ctrl-C is another
                # matter: shells ignore it for what they start in the background, we do not.
                continue
            self._previous[number] = signal.signal(number, self._catch)
        self._previous[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *error: object) -> None:
        """Put back the handlers that were there before."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_fd)
        os.close(self._read_end)
        os.close(self._write_end)

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

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until the next signal."""
        if select.select([self._read_end], [], [], seconds)[0]:
            os.read(self._read_end, 4096)

    def _catch(self, number: int, frame: FrameType | None) -> None:
        self.received = True
        if self._interrupting:
            self._interrupting = False
            raise StopRequested
