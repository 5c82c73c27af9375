"""Sessions with PostgreSQL: opened once, handed out for as long as a statement or a transaction takes.

Threads may outnumber sessions: one that waits for a body, a delay or a reader holds none.
"""

import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

import orjson
import psycopg
from psycopg import abc, adapt, errors
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus

from astra.database.patience import lock_seconds, seconds_left

_READABLE = select.POLLIN
_EITHER = select.POLLIN | select.POLLOUT
_CANCELLED_WITHIN_SECONDS = 0.5


class Late(psycopg.OperationalError):
    """The database did not answer within what this thread may wait; its session is given up."""

    def __init__(self) -> None:
        super().__init__("the database did not answer in time")


class MadeAnew(psycopg.OperationalError):
    """Tables are not those that a statement was prepared for, as after a restore of the database.

    The transaction is rolled back; whoever begins it again finds them as they are.
    """

    def __init__(self) -> None:
        super().__init__("the tables were made anew")


class Session(psycopg.Connection[Any]):
    """A connection that knows which statements are prepared in it, and how their results are read."""

    _lock_seconds: float | None = None

    @cached_property
    def prepared(self) -> set[bytes]:
        """The names of its prepared statements; nothing else prepares any in it."""
        return set()

    @cached_property
    def writer(self) -> abc.Transformer:
        """What writes values that have no shorter way."""
        return adapt.Transformer.from_context(self)

    @cached_property
    def reader(self) -> abc.Transformer:
        """What reads results in binary form."""
        return adapt.Transformer(_Context(self))

    @cached_property
    def _socket(self) -> select.poll:
        socket = select.poll()
        socket.register(self.pgconn.socket, _READABLE)
        return socket

    @property
    def is_idle(self) -> bool:
        """Whether it is in no transaction, and not lost as far as is known."""
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    @property
    def is_silent(self) -> bool:
        """Whether the server said nothing unasked; what it would say is that it goes away."""
        return not self._socket.poll(0)

    def wait_for_locks(self, seconds: float | None) -> None:
        """Wait so long for each lock from now on; None: as long as it takes."""
        if seconds != self._lock_seconds:
            milliseconds = 0 if seconds is None else max(1, round(seconds * 1000))
            self._ask(lambda: self.pgconn.send_query(b"SET lock_timeout = %d" % milliseconds))
            self._lock_seconds = seconds

    def execute_prepared(self, name: bytes, text: bytes, values: Sequence[bytes | None]) -> Any:
        """Execute a statement, prepared at its first use here, with values in text form.

        Returns libpq's result, in binary form. Raises psycopg's errors.
        """
        self._begin()
        try:
            return self._execute_prepared(name, text, values)
        except (errors.FeatureNotSupported, errors.InvalidSqlStatementName) as error:
            # What the others have prepared is no better.
            if (pool := getattr(self, "_pool", None)) is not None:
                pool.check()
            if not self.is_idle:
                self.pgconn.finish()
                raise MadeAnew from error
            self._ask(lambda: self.pgconn.send_query(b"DEALLOCATE ALL"))
            self.prepared.clear()
            return self._execute_prepared(name, text, values)

    def _execute_prepared(self, name: bytes, text: bytes, values: Sequence[bytes | None]) -> Any:
        if name not in self.prepared:
            self._ask(lambda: self.pgconn.send_prepare(name, text))
            self.prepared.add(name)
        return self._ask(lambda: self.pgconn.send_query_prepared(name, values, None, Format.BINARY))

    def execute_once(
        self, text: bytes, values: Sequence[bytes | None], types: Sequence[int] | None = None
    ) -> Any:
        """Execute a statement that is not prepared, as ``execute_prepared`` does."""
        self._begin()
        return self._ask(
            lambda: self.pgconn.send_query_params(text, values, types, None, Format.BINARY)
        )

    def wait(self, gen: abc.PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what psycopg's own cursors ask, no longer than this thread may."""
        try:
            return super().wait(gen, interval, seconds_left() if timeout is None else timeout)
        except errors._WaitTimeout as error:
            self._give_up()
            raise Late from error

    def _exec_command(self, *command: Any, **options: Any) -> abc.PQGen[Any]:
        """Begin or end a transaction, as psycopg does.

        Where a server dies, its pooler may answer twice: for it, and for itself.
        """
        try:
            return (yield from super()._exec_command(*command, **options))
        except psycopg.InternalError as error:
            if error.sqlstate is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(str(error)) from error

    def _begin(self) -> None:
        """Begin a transaction where one is wanted, as cursors do before their first statement."""
        if not self.autocommit and self.is_idle:
            self._ask(lambda: self.pgconn.send_query(b"BEGIN"))

    def _ask(self, send: Callable[[], None]) -> Any:
        libpq = self.pgconn
        try:
            send()
            # More than the socket takes at once.
            while libpq.flush():
                self._await(_EITHER)
            while True:
                self._await(_READABLE)
                if not libpq.is_busy():
                    break
            result = libpq.get_result()
            # A statement is done before it is committed: what follows says that it was not.
            while (further := libpq.get_result()) is not None:
                result = further
        except psycopg.OperationalError:
            # Whether it was carried out is not known; nobody must find the rest of it.
            libpq.finish()
            raise
        if result is None or result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            self._fail(result)
        return result

    def _await(self, events: int) -> None:
        left = seconds_left()
        if events != _READABLE:
            self._socket.modify(self.pgconn.socket, events)
        found = self._socket.poll(None if left is None else left * 1000)
        if events != _READABLE:
            self._socket.modify(self.pgconn.socket, _READABLE)
        if not found:
            self._give_up()
            raise Late
        if found[0][1] != select.POLLOUT:
            self.pgconn.consume_input()

    def _give_up(self) -> None:
        """Have the server drop what it does, if it listens, and be lost."""
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=_CANCELLED_WITHIN_SECONDS)
        self.pgconn.finish()

    def _fail(self, result: Any) -> NoReturn:
        if result is None or self.pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self.pgconn.get_error_message())
        raise errors.error_from_result(result)


class _Json(Loader):
    """A value of jsonb: a byte that is its version, then the text."""

    format = Format.BINARY

    def load(self, data: Any) -> Any:
        text = bytes(data)
        return [] if text == b"\x01[]" else orjson.loads(text[1:])


class _Context:
    """What psycopg takes the adapters of a transformer from."""

    def __init__(self, session: Session) -> None:
        self.connection = session
        self.adapters = AdaptersMap(session.adapters)
        self.adapters.register_loader("jsonb", _Json)


class Sessions:
    """The idle sessions of a process, the one used last first; what Django calls a pool."""

    def __init__(self, open_: Callable[[], Session], *, most: int, timeout: float) -> None:
        self._open, self._timeout = open_, timeout
        self._idle: list[Session] = []
        # A token for each that may be handed out: cheaper than a semaphore, which is not of C.
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(most):
            self._free.put(None)

    def open(self) -> None:
        """Do nothing: a session is opened when it is wanted."""

    def getconn(self) -> Session:
        """Return a session for the caller alone, until it is put back.

        Raises ``psycopg.OperationalError`` when none becomes free in time, or the server is away.
        """
        left = seconds_left()
        try:
            self._free.get(timeout=self._timeout if left is None else left)
        except Empty:
            if left is not None:
                raise Late from None
            raise psycopg.OperationalError("every connection to the database is in use") from None
        try:
            session = self._idle_one() or self._opened()
            # Whoever may wait for so long in all does not mind.
            if left is None or lock_seconds() is not None:
                session.wait_for_locks(lock_seconds())
            return session
        except BaseException:
            self._free.put(None)
            raise

    def putconn(self, session: Session) -> None:
        """Take a session back; one that is lost or within a transaction is closed."""
        if session.is_idle:
            self._idle.append(session)
        else:
            _close(session)
        self._free.put(None)

    def check(self) -> None:
        """Close what is idle: the server was lost, and what speaks to it may be."""
        while self._idle:
            _close(self._idle.pop())

    close = check

    def _idle_one(self) -> Session | None:
        while self._idle:
            try:
                session = self._idle.pop()
            except IndexError:
                break
            if session.is_silent:
                return session
            _close(session)
        return None

    def _opened(self) -> Session:
        session = self._open()
        session._pool = self
        return session


def _close(session: Session) -> None:
    session._pool = None
    session.close()
