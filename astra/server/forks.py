"""Children that go on with what this process has loaded: each is there at once, and shares its memory."""

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import NoReturn

from astra.server.leash import die_with_parent, take_name

_POLL_SECONDS = 0.02


class Fork:
    """A process that runs a function and ends; asked and told like a ``subprocess.Popen``.

    It is in a session of its own, has none of this process's files but its output, and is killed when
    this process ends. Raises ``RuntimeError`` where there are threads, whose locks it would inherit.
    """

    def __init__(self, run: Callable[[], object], *, name: str, folder: Path) -> None:
        """``name``: what `ps` and `top` show, 15 characters; ``folder``: where it works."""
        if threading.active_count() > 1:
            raise RuntimeError(f"threads that run: {threading.enumerate()}")
        self._code: int | None = None
        parent = os.getpid()
        # A signal that comes before the child has handlers of its own is not for those of this process.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _go_on(run, name, folder, parent)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def poll(self) -> int | None:
        """Return the exit code, minus the number of the signal that ended it, None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def wait(self, timeout: float = inf) -> int:
        """Return the exit code once there is one. Raises ``subprocess.TimeoutExpired``."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(_POLL_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _go_on(run: Callable[[], object], name: str, folder: Path, parent: int) -> NoReturn:
    """Be the child, to its end: nothing that this process was about to do is done twice."""
    code = 1
    try:
        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            # It died before the kernel knew of the request.
            os.kill(os.getpid(), signal.SIGKILL)
        os.setsid()
        os.chdir(folder)
        take_name(name)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.close(3)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
