"""Refuses connections that a worker of the web server has no room for; else they would hang.

The web server takes so many connections at a time, and leaves the others to the kernel, where their
callers wait until they give up. Here, senders of bodies that do not come make room for whoever is left
there; when that does not help, those who were left there for a moment are told to come back later.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from astra.api.problems import RETRY_AFTER_SECONDS
from astra.server.bodies import give_up

_LOOK_SECONDS = 0.1
# A queue that is never found empty in so many looks is one that nobody takes anything from. Fewer, and a
# worker on a busy machine that has only just begun would refuse the first who come.
_LOOKS = 10
# A body that was waited for so long makes room.
_SLOW_SECONDS = 0.5
# The kernel ends a connection of whoever reads nothing of an answer for so long.
_UNREAD_MILLISECONDS = 30_000
# In the kernel's `struct tcp_info` of a socket that listens: how many connections wait to be taken.
_TCP_INFO = struct.Struct("@24xI")
_REFUSAL = (
    "HTTP/1.1 503 Service Unavailable\r\n"
    f"Retry-After: {RETRY_AFTER_SECONDS}\r\n"
    "Content-Length: 0\r\n"
    "Connection: close\r\n\r\n"
).encode()


def refuse_what_waits() -> None:
    """Look at what this worker listens on, in a thread of its own, for as long as it lives."""
    threading.Thread(target=_watch, name="refusing", daemon=True).start()


def _watch() -> None:
    number, looks = -1, 0
    while True:
        time.sleep(_LOOK_SECONDS)
        # The web server closes it when it is to stop, and the number may become another file's.
        with suppress(OSError), _borrowed(number) as listener:
            waiting = _waiting(listener)
            looks = looks + 1 if waiting else 0
            give_up(_SLOW_SECONDS, most=waiting)
            if looks >= _LOOKS:
                _refuse(listener)
            continue
        number, looks = -1, 0
        # Without a free descriptor there is no looking, for as long as that lasts.
        with suppress(OSError):
            number = next(_listeners(), -1)
            with _borrowed(number) as listener:
                # What it takes has that too.
                listener.setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS
                )


def _listeners() -> Iterator[int]:
    """Yield the files on which this process listens: the web server opened them, not Python."""
    for file in Path("/proc/self/fd").iterdir():
        with suppress(OSError), _borrowed(int(file.name)):
            yield int(file.name)


@contextmanager
def _borrowed(number: int) -> Iterator[socket.socket]:
    """Have a file that listens as a socket, and leave it open. Raises ``OSError`` for any other."""
    if number < 0:
        raise OSError("there is none")
    borrowed = socket.socket(fileno=number)
    try:
        if not borrowed.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            raise OSError("it does not listen")
        yield borrowed
    finally:
        borrowed.detach()


def _waiting(listener: socket.socket) -> int:
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    count: int = _TCP_INFO.unpack(info)[0]
    return count


def _refuse(listener: socket.socket) -> None:
    for _ in range(_waiting(listener)):
        # The web server opened it so that nobody ever waits for it.
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.setblocking(False)
            # What is left unread would take the answer away from its reader.
            with suppress(BlockingIOError):
                connection.recv(1 << 20)
            connection.send(_REFUSAL)
            connection.shutdown(socket.SHUT_WR)
