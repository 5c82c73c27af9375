"""Where calls are written down before their answers leave: files of lines in the data folder.

One append, which the kernel makes whole and in order whoever else appends, survives the end of every
process; nobody waits for a disk or for the database. ``astra.journal.draining`` brings the lines into
the table. The processes of one database share the newest file. Once it is full they go on to the next
one, before they write another line, so the files in their order have the calls in theirs. An older
file that nobody has open any more gets no more lines.
"""

import errno
import fcntl
import functools
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from astra.api.dice import new_id
from astra.api.statements import Statement

logger = logging.getLogger(__name__)

# Lines go to a new file when there are so many bytes; so much, drained, stays on the disk.
FULL_BYTES = 8 * 1024 * 1024
# What is read of a file at a time: more than a line may have.
PIECE_BYTES = 4 * 1024 * 1024

# A file is named by its number, and by what no other file is ever named by.
_DIGITS = 10
_FLAGS = os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
# The same of no other database, neither one of that name before it nor a copy.
_DATABASE = Statement("""
    SELECT system_identifier || '-' || oid FROM pg_control_system(), pg_database
    WHERE datname = current_database()
""")
_making = threading.Lock()


class Spool:
    """The files of one database: this process appends to one of them, and reads all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._file: int | None = None
        self._is_failing = False

    def append(self, line: bytes) -> bool:
        """Write a line that has no line feed; tell whether it could be.

        If not, the log says why, once until it can again.
        """
        try:
            self._append(line)
        except OSError as error:
            if not self._is_failing:
                logger.error("calls cannot be written to %s: %s", self._folder, error)  # noqa: TRY400
            self._is_failing = True
            return False
        self._is_failing = False
        return True

    def sizes(self) -> dict[str, int]:
        """Return how many bytes each file has, in the order of their calls."""
        found = {}
        # Before anything is written there is no folder.
        with suppress(FileNotFoundError), self._opened_folder() as folder:
            for name in _names(folder):
                # Somebody may remove it now.
                with suppress(FileNotFoundError):
                    found[name] = os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
        return found

    def read(self, name: str, start: int) -> bytes:
        """Return the next whole lines from there on, as many as a piece has room for."""
        with self._opened_folder() as folder:
            file = os.open(name, os.O_RDONLY | _FLAGS, dir_fd=folder)
        try:
            piece = os.pread(file, PIECE_BYTES, start)
        finally:
            os.close(file)
        if len(piece) == PIECE_BYTES and b"\n" not in piece:
            # No call is as long.
            return piece
        return piece[: piece.rfind(b"\n") + 1]

    def remove(self, name: str, size: int) -> bool:
        """Remove a file unless somebody may write to it or it has more than that; tell whether."""
        with self._held_folder() as folder, suppress(FileNotFoundError, BlockingIOError):
            file = os.open(name, os.O_RDONLY | _FLAGS, dir_fd=folder)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(file).st_size == size:
                    os.unlink(name, dir_fd=folder)
                    return True
            finally:
                os.close(file)
        return False

    def close(self) -> None:
        """Let go of the file; the next line opens one."""
        with self._turn:
            if self._file is not None:
                os.close(self._file)
            self._file = None

    def _append(self, line: bytes) -> None:
        # A line that somebody's end cut off must not spoil the next one.
        record = b"\n%b\n" % line
        with self._turn:
            file = self._file
            if file is None or os.lseek(file, 0, os.SEEK_END) >= FULL_BYTES:
                file = self._open()
            if os.write(file, record) < len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open(self) -> int:
        """Open the newest file, or a new one after it; keep it locked for as long as it is open."""
        for path in (self._folder.parent, self._folder):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._held_folder() as folder:
            newest = max(_names(folder), default=None)
            file = None if newest is None else _joined(newest, folder)
            if file is None:
                number = int(newest[:_DIGITS]) + 1 if newest else 1
                name = f"{number:0{_DIGITS}}-{new_id().hex}"
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
                file = os.open(name, flags, 0o600, dir_fd=folder)
            fcntl.flock(file, fcntl.LOCK_SH)
        if self._file is not None:
            os.close(self._file)
        self._file = file
        return file

    @contextmanager
    def _opened_folder(self) -> Iterator[int]:
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _held_folder(self) -> Iterator[int]:
        """Within the block nobody else opens or removes a file."""
        with self._opened_folder() as folder:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder


def _names(folder: int) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name[:_DIGITS].isdecimal())


def _joined(name: str, folder: int) -> int | None:
    """Open a file that others write to, unless it is full.

    That of an earlier run is left alone: a crash of the machine may have taken away its end, which is
    in the table.
    """
    file = os.open(name, os.O_WRONLY | _FLAGS, dir_fd=folder)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if os.lseek(file, 0, os.SEEK_END) < FULL_BYTES:
            return file
    os.close(file)
    return None


def spool() -> Spool:
    """Return the files of the database that the service has. Raises Django's database errors."""
    # One for all threads: what another had opened would stay open.
    with _making:
        return _spool()


@functools.cache
def _spool() -> Spool:
    row = _DATABASE.fetch_one({})
    assert row is not None
    return Spool(settings.ASTRA.data_dir / "journal" / row[0])
