"""Checkpoints: the complete state of an account, saved under a name and restored exactly.

Rows go in and out in parts, so that however many there are, few are in memory. Records about the
account (its origin, its journal, its checkpoints) are no part of its state.
"""

import json
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeAlias

import orjson
from django.db import DataError, IntegrityError, transaction

import astra
from astra.accounts.beginnings import begin_accounts
from astra.accounts.belongings import Belonging, belonging, state_belongings
from astra.accounts.clocks import ClockMode, anchor, clock_instant
from astra.accounts.finding import UnknownAccountError
from astra.accounts.models import Account
from astra.api import problems
from astra.api.clock import real_now
from astra.api.problems import MOST_NAMED, Refusal, there_are
from astra.api.statements import fetch
from astra.isolation.formats import FORMAT_VERSION, CheckpointError, is_present, present
from astra.isolation.holding import with_account_held
from astra.isolation.models import Checkpoint, CheckpointPart
from astra.isolation.rows import (
    ACCOUNT,
    delete_rows,
    foreign_parents,
    insert_array,
    state_rows,
    update_account,
)

# How many rows are in memory at once, and in one part.
ROWS_IN_PART = 2000

# Rows of one table, as the text of a JSON array, with their number.
Part: TypeAlias = tuple[Belonging, str, int]


class UnknownCheckpointError(Refusal):
    """The account has no checkpoint of this name."""


class CheckpointExistsError(Refusal):
    """The account has a checkpoint of this name already."""

    problem = problems.CONFLICT
    member = "name"


def checkpoint_save(*, account_id: uuid.UUID, name: str) -> Checkpoint:
    """Save the account's state as of now.

    Nothing is locked: it is read as of one instant. Raises ``UnknownAccountError`` and
    ``CheckpointExistsError``.
    """
    # Closed whatever happens: the cursor behind the rows must not outlive the transaction.
    with transaction.atomic(), closing(state_rows(account_id)) as rows:
        first = next(rows, None)
        if first is None or first[0] != ACCOUNT:
            raise UnknownAccountError(account_id)
        at = _instant_of(orjson.loads(first[1]))
        try:
            return write_checkpoint(account_id, name, at, _parts_of([first], rows))
        except IntegrityError as error:
            raise CheckpointExistsError(f"There is a checkpoint {name} already.") from error


def checkpoint_restore(*, account_id: uuid.UUID, name: str) -> Checkpoint:
    """Put the account back to what was saved, all of it, in one transaction.

    A still clock stands where it stood, a scaled one goes on from there, a real one shows the real
    time; a move of the clock ends. Raises ``UnknownAccountError``, ``UnknownCheckpointError``,
    ``AccountBusyError``, and ``CheckpointError`` for one that was imported and does not fit.
    """
    checkpoint_of(account_id, name)

    def restore() -> Checkpoint:
        checkpoint = checkpoint_of(account_id, name)
        replace_state(account_id, parts_of(checkpoint), at=checkpoint.at)
        return checkpoint

    return with_account_held(account_id, restore)


def checkpoint_delete(*, account_id: uuid.UUID, name: str) -> None:
    """Delete a checkpoint; raises ``UnknownCheckpointError``."""
    with transaction.atomic():
        checkpoint = checkpoint_of(account_id, name)
        CheckpointPart.objects.filter(checkpoint=checkpoint).delete()
        Checkpoint.objects.filter(id=checkpoint.id).delete()


def checkpoint_of(account_id: uuid.UUID, name: str) -> Checkpoint:
    """Return a checkpoint; raises ``UnknownCheckpointError``."""
    checkpoint = Checkpoint.objects.filter(account_id=account_id, name=name).first()
    if checkpoint is None:
        known = Checkpoint.objects.filter(account_id=account_id).order_by("saved_at", "id")
        names = list(known.values_list("name", flat=True)[: MOST_NAMED + 1])
        raise UnknownCheckpointError(f"No checkpoint is called {name}; {there_are(names)}.")
    return checkpoint


@contextmanager
def fitting() -> Iterator[None]:
    """Raise ``CheckpointError`` for rows that the database refuses within."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise CheckpointError(f"Its rows do not fit: {error}".strip()) from error


def replace_state(account_id: uuid.UUID, parts: Iterable[Part], *, at: datetime) -> None:
    """Put the rows of parts in the place of those that a held account has.

    Raises ``CheckpointError``.
    """
    own = [item for item in state_belongings() if item.label != ACCOUNT]
    delete_rows(account_id, own)
    put_back(account_id, parts, at=at)


def put_back(account_id: uuid.UUID, parts: Iterable[Part], *, at: datetime) -> None:
    """Insert the rows of parts, and update the account's; raises ``CheckpointError``."""
    with fitting():
        for item, array, _ in parts:
            if item.label == ACCOUNT:
                (row,) = orjson.loads(array)
                update_account(account_id, with_clock(row, at))
            else:
                insert_array(item, array)
        # An older version of the service knew less that every account has.
        begin_accounts(list(Account.objects.filter(id=account_id)))
        fetch("SET CONSTRAINTS ALL IMMEDIATE")
    fetch("SET CONSTRAINTS ALL DEFERRED")
    if strays := foreign_parents(account_id):
        raise CheckpointError(f"{strays[0]} refers to something of another account.")


def with_clock(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return an account's row with its clock going on from ``at``; a real one shows real time."""
    if row["clock_mode"] == ClockMode.MANUAL:
        return row
    return row | anchor(row["clock_mode"], sim=at, real=real_now())


def parts_of(checkpoint: Checkpoint) -> Iterator[Part]:
    """Yield the parts of a checkpoint as this version of the service has them, parents first."""
    order = {item.label: number for number, item in enumerate(state_belongings())}
    keys = CheckpointPart.objects.filter(checkpoint=checkpoint).values_list("label", "number", "id")
    last = len(order)
    for _, _, identifier in sorted(keys, key=lambda key: (order.get(key[0], last), key)):
        part = _present_part(checkpoint, CheckpointPart.objects.get(id=identifier))
        if part is not None:
            yield part


def write_checkpoint(
    account_id: uuid.UUID, name: str, at: datetime, parts: Iterable[Part]
) -> Checkpoint:
    """Store a checkpoint; raises ``IntegrityError`` when the name is taken."""
    checkpoint = Checkpoint(
        account_id=account_id,
        name=name,
        format_version=FORMAT_VERSION,
        service_version=astra.__version__,
        at=at,
    )
    with transaction.atomic():
        checkpoint.save(force_insert=True)
    for number, (item, array, row_count) in enumerate(parts):
        CheckpointPart.objects.create(
            account_id=account_id,
            checkpoint=checkpoint,
            label=item.label,
            number=number,
            row_count=row_count,
            data=zlib.compress(array.encode()),
        )
        checkpoint.counts[item.label] = checkpoint.counts.get(item.label, 0) + row_count
    checkpoint.save(update_fields=["counts"])
    return checkpoint


def _parts_of(*rows: Iterable[tuple[str, str]]) -> Iterator[Part]:
    """Yield rows of state in parts."""
    chained = (row for some in rows for row in some)
    for label, group in groupby(chained, key=lambda row: row[0]):
        texts = (text for _, text in group)
        while chunk := list(islice(texts, ROWS_IN_PART)):
            yield belonging(label), f"[{','.join(chunk)}]", len(chunk)


def _present_part(checkpoint: Checkpoint, stored: CheckpointPart) -> Part | None:
    array = zlib.decompress(stored.data).decode()
    known = next((item for item in state_belongings() if item.label == stored.label), None)
    # All rows of a part have the same columns: the first tells whether any work is to be done.
    first, _ = json.JSONDecoder().raw_decode(array, 1)
    if known is not None and is_present(checkpoint.format_version, known, first):
        return known, array, stored.row_count
    found = present(checkpoint.format_version, stored.label, orjson.loads(array))
    if found is None:
        return None
    item, rows = found
    return item, orjson.dumps(rows).decode(), len(rows)


def _instant_of(row: dict[str, Any]) -> datetime:
    """Return the instant of an account's row."""
    sim, real = (datetime.fromisoformat(row[name]) for name in ("clock_sim", "clock_real"))
    return clock_instant(sim, real, row["clock_rate"])
