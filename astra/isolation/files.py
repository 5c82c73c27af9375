"""Checkpoints as files: JSON with a format version, that later versions of the service still read."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from django.db import transaction

from astra.accounts.belongings import Belonging
from astra.accounts.models import Account
from astra.api import problems
from astra.api.clock import timestamp
from astra.api.quantities import parse_instant
from astra.isolation.checking import check_state
from astra.isolation.checkpoints import (
    ROWS_IN_PART,
    Part,
    UnknownCheckpointError,
    checkpoint_delete,
    fitting,
    parts_of,
    put_back,
    replace_state,
    with_clock,
    write_checkpoint,
)
from astra.isolation.formats import (
    FORMAT,
    FORMAT_VERSION,
    CheckpointError,
    Row,
    check_version,
    present,
)
from astra.isolation.holding import with_account_held
from astra.isolation.models import Checkpoint
from astra.isolation.rows import ACCOUNT, insert_rows


class OtherAccountError(CheckpointError):
    """The file is of another account: it can be restored only into the one it came from."""

    problem = problems.CONFLICT
    member = "accountID"


def checkpoint_export(checkpoint: Checkpoint) -> Iterator[bytes]:
    """Yield the file of a checkpoint, a part at a time."""
    head = {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "serviceVersion": checkpoint.service_version,
        "name": checkpoint.name,
        "accountID": str(checkpoint.account_id),
        "at": timestamp(checkpoint.at),
        "savedAt": timestamp(checkpoint.saved_at),
    }
    yield orjson.dumps(head)[:-1] + b',"tables":{'
    tables = groupby(parts_of(checkpoint), key=lambda part: part[0].label)
    for number, (label, parts) in enumerate(tables):
        yield (b"," if number else b"") + orjson.dumps(label) + b":["
        for place, (_, array, _) in enumerate(parts):
            yield (b"," if place else b"") + array[1:-1].encode()
        yield b"]"
    yield b"}}"


def checkpoint_import(
    *, account_id: uuid.UUID, name: str, document: Any
) -> tuple[Checkpoint, bool]:
    """Store a file as a checkpoint of the account it came from; return it, and whether it is new.

    One of the same name is replaced. An account that is not there is made, as the file has it.
    Raises ``CheckpointError`` for what is no such file or says what cannot be, ``OtherAccountError``
    for another account's, ``AccountBusyError``.
    """
    at, tables = _read(account_id, document)
    is_there = Account.objects.filter(id=account_id).exists()
    if is_there:
        with_account_held(account_id, lambda: _try(account_id, at, tables))
    with transaction.atomic():
        if not is_there:
            _make_account(account_id, at, tables)
            check_state(account_id)
        try:
            checkpoint_delete(account_id=account_id, name=name)
            is_new = False
        except UnknownCheckpointError:
            is_new = True
        return write_checkpoint(account_id, name, at, _parts(tables)), is_new


def _read(
    account_id: uuid.UUID, document: Any
) -> tuple[datetime, list[tuple[Belonging, list[Row]]]]:
    """Return instant and tables of a file, as this version of the service has them."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise CheckpointError(f"The file is no {FORMAT}.")
    version = check_version(document.get("formatVersion"))
    if document.get("accountID") != str(account_id):
        raise OtherAccountError("The checkpoint is of another account.")
    tables = document.get("tables")
    if not isinstance(tables, Mapping) or not all(
        isinstance(rows, list) for rows in tables.values()
    ):
        raise CheckpointError("The member tables must have arrays of rows.")
    try:
        at = parse_instant(document["at"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError("The member at must be an instant that a clock can have.") from error
    found = [part for label, rows in tables.items() if (part := present(version, label, rows))]
    for item, rows in found:
        if any(row[item.column] != str(account_id) for row in rows):
            raise CheckpointError(f"{item.label} has a row of another account.")
    if [len(rows) for item, rows in found if item.label == ACCOUNT] != [1]:
        raise CheckpointError(f"{ACCOUNT} must have one row.")
    return at, found


def _try(account_id: uuid.UUID, at: datetime, tables: list[tuple[Belonging, list[Row]]]) -> None:
    """Raise ``CheckpointError`` if the account could not be what the file says; leave it as it is."""
    with transaction.atomic():
        replace_state(account_id, _parts(tables), at=at)
        check_state(account_id)
        transaction.set_rollback(True)


def _make_account(
    account_id: uuid.UUID, at: datetime, tables: list[tuple[Belonging, list[Row]]]
) -> None:
    (row,) = next(rows for item, rows in tables if item.label == ACCOUNT)
    with fitting():
        insert_rows({ACCOUNT: [with_clock(row, at) | {"expires_at": None}]})
    put_back(account_id, _parts((item, rows) for item, rows in tables if rows), at=at)


def _parts(tables: Iterable[tuple[Belonging, list[Row]]]) -> Iterator[Part]:
    for item, rows in tables:
        for start in range(0, len(rows), ROWS_IN_PART):
            some = rows[start : start + ROWS_IN_PART]
            yield item, orjson.dumps(some).decode(), len(some)
