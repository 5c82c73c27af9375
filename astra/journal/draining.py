"""From the files of ``astra.journal.spool`` into the table: by every reader before it reads, and by the
worker, so that the files stay small.

How far each file is drained is written down with its calls, in one transaction: whatever ends in
between, no call is missing and none is there twice.
"""

import logging
from collections.abc import Callable

import orjson
from django.db import DataError, Error, IntegrityError, connection, transaction

from astra.api.clock import monotonic_seconds
from astra.api.statements import Statement
from astra.engine.chores import Trim, Trimmed
from astra.engine.settling import LOCK_CLASS
from astra.journal.spool import Spool, spool

logger = logging.getLogger(__name__)

_COLUMNS = """
    account_id, at, real_at, duration_milliseconds, method, path, query, operation, user_id,
    request_headers, request_body, request_body_cut, status, problem, response_body,
    response_body_cut, correlation_id, fault_ids
"""
# Calls of an account that is gone go with it. Nobody waits for the disk: the setting holds for the
# transaction, which reads it when it commits. It comes first, and the rows depend on it, so that no
# plan can leave it out.
_INSERT = Statement(f"""
    INSERT INTO journal_journalentry ({_COLUMNS})
    SELECT {_COLUMNS}
    FROM (SELECT set_config('synchronous_commit', 'off', true) AS value) AS commit
    JOIN json_populate_recordset(NULL::journal_journalentry, %(calls)s::json)
        WITH ORDINALITY AS call ON commit.value = 'off'
    JOIN accounts_account AS account ON account.id = call.account_id
    ORDER BY call.ordinality
""")
_LOCK = Statement("SELECT pg_advisory_xact_lock(%(class)s, %(key)s)")
_KEY = {"class": LOCK_CLASS + 1, "key": 4}
_DRAINED = Statement("SELECT name, drained FROM journal_journalfile")
_ADVANCE = Statement("""
    INSERT INTO journal_journalfile (name, drained) VALUES (%(name)s, %(drained)s)
    ON CONFLICT (name) DO UPDATE SET drained = excluded.drained
""")
_FORGET = Statement("DELETE FROM journal_journalfile WHERE name = %(name)s")

# The sizes of the files when they were drained last, as this process knows, and for how long it believes
# that: what a table has got may be lost again with its server, and is in the files still.
_BELIEVED_SECONDS = 1.0
_drained: dict[Spool, tuple[dict[str, int], float]] = {}


def drain() -> None:
    """Bring what is written down by now into the table.

    Raises Django's database errors, and ``OSError`` where the files cannot be read.
    """
    while drain_piece():
        pass


def drain_piece() -> bool:
    """Bring a piece of it into the table; tell whether there is more. Raises as ``drain``."""
    files = spool()
    return not _is_drained(files) and _drain_piece(files)


def new_drainer() -> Trim:
    """Return what a worker calls, again and again: it drains a piece, and drops nothing."""

    def drain_some() -> Trimmed:
        try:
            return Trimmed(0, is_all=not drain_piece())
        except OSError:
            logger.exception("calls that were written down cannot be read")
            return Trimmed(0)

    return drain_some


def keep_drained(*, interval_seconds: float, stopping: Callable[[float], bool]) -> None:
    """Drain, again and again, what the web processes of a host write down that has no worker.

    ``stopping`` waits that many seconds, less when it is time to stop, and tells whether it is.
    """
    while not stopping(interval_seconds):
        try:
            drain()
        except (Error, OSError) as error:
            connection.close()
            logger.warning("calls that were written down wait for the database: %s", error)


def insert(line: bytes) -> None:
    """Write one call into the table, without a file."""
    _INSERT.execute({"calls": f"[{line.decode()}]"})


def _is_drained(files: Spool) -> bool:
    sizes = files.sizes()
    known, until = _drained.get(files, ({}, 0.0))
    return sizes == known and (not sizes or monotonic_seconds() < until)


def _drain_piece(files: Spool) -> bool:
    """Drain a piece of the first file with more than that, all of those before; tell whether there is
    more. What comes later must not overtake the rest of a file.
    """
    is_alone = not connection.in_atomic_block
    is_more = False
    with transaction.atomic():
        _LOCK.fetch_one(_KEY)
        # First how far they are: who removes a file forgets that afterwards.
        drained = dict(_DRAINED.fetch_all({}))
        sizes = files.sizes()
        for name, size in sizes.items():
            start = drained.get(name, 0)
            if start < size and (piece := files.read(name, start)):
                _insert_all([line for line in piece.split(b"\n") if _is_call(line)])
                drained[name] = start + len(piece)
                _ADVANCE.execute({"name": name, "drained": drained[name]})
                is_more = drained[name] < size
                if is_more:
                    break
    if is_alone and not is_more:
        for name in list(sizes)[:-1]:
            # This waits for the disk, that of a replica too, and with it for the rows of the file.
            _ADVANCE.execute({"name": name, "drained": drained.get(name, 0)})
            if files.remove(name, drained.get(name, 0)):
                _FORGET.execute({"name": name})
                del sizes[name]
        _drained[files] = sizes, monotonic_seconds() + _BELIEVED_SECONDS
    return is_more


def _insert_all(lines: list[bytes]) -> None:
    try:
        with transaction.atomic():
            _INSERT.execute({"calls": f"[{b','.join(lines).decode()}]"})
    except (DataError, IntegrityError):
        if len(lines) == 1:
            logger.exception("a call that was written down cannot be brought into the table")
            return
        # One that no table takes, as of another version, must not keep the others out.
        for line in lines:
            _insert_all([line])


def _is_call(line: bytes) -> bool:
    """Tell whether a line is whole: the end of who wrote it may have cut it off."""
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False
