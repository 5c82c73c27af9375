"""Create a backup of an app: one transaction, one statement."""

import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.api import problems
from astra.api.clock import real_now
from astra.api.problems import ApiProblem, Invalid
from astra.api.rows import instance
from astra.api.serializers import read_only_labels
from astra.engine.stages import Fate
from backups import kinds
from backups.actions.create_statement import ANSWERED, create_statement
from backups.actions.fating import fates_by_rules
from backups.actions.finding import bucket_of_backup, unusable_bucket
from backups.lifecycle import AVAILABLE, COMPLETED, READY
from backups.models import AppBackup
from backups.problems import (
    APP_NOT_READY,
    BACKUP_NAME_TAKEN,
    BUCKET_UNAVAILABLE,
    SNAPSHOT_NOT_FOUND,
    SNAPSHOT_NOT_READY,
    SNAPSHOT_OF_ANOTHER_APP,
)

NO_FAULT = Fate(COMPLETED)
SNAPSHOT_NAME_CONSTRAINT = "snapshot_name_is_unique"


class SnapshotNameTaken(Exception):
    """The system name of the snapshot to be was taken; the next id gives another."""


@dataclass(frozen=True, slots=True)
class BackupWanted:
    """What a create asks for; None where the system is to decide."""

    version: str
    name: str | None = None
    bucket_id: uuid.UUID | None = None
    snapshot_id: uuid.UUID | None = None
    schedule_id: uuid.UUID | None = None
    labels: list[dict[str, str]] = field(default_factory=list)
    fate: Fate = NO_FAULT
    snapshot_fate: Fate = NO_FAULT

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "BackupWanted":
        """Return what a validated request body asks for."""
        return cls(
            version=body["version"],
            name=body.get("name"),
            bucket_id=body.get("bucketID"),
            snapshot_id=body.get("snapshotID"),
            labels=body.get("metadata", {}).get("labels", []),
        )


def app_backup_create(*, caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> AppBackup:
    """Create the backup, pending, and the snapshot it is made from when none is named.

    Raises the problems of the user's document: 2 (no such app), 112 (app not ready), 108, 9 or 127
    (bucket), 46, 47 or 111 (snapshot), 10 (read-only label), 143 (name taken).
    """
    if not caller.has_faults:
        return _create(caller, app_id, wanted)
    # What a rule counts belongs to the creation: one that is refused uses up nothing.
    with transaction.atomic():
        return _create(caller, app_id, fated_backup(caller, app_id, wanted))


def app_backup_of_body(
    *, caller: Caller, body: Mapping[str, Any], app_id: uuid.UUID, fate: Fate = NO_FAULT
) -> AppBackup:
    """Create the backup that a validated request body asks for; raises as ``app_backup_create``."""
    wanted = replace(BackupWanted.from_body(body), fate=fate)
    return app_backup_create(caller=caller, app_id=app_id, wanted=wanted)


def _create(caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> AppBackup:
    refused = read_only_labels(wanted.labels)
    try:
        backup = _try_create(caller, app_id, wanted, check_only=bool(refused))
    except SnapshotNameTaken:
        backup = _try_create(caller, app_id, wanted, check_only=False)
    if refused:
        raise ApiProblem(problems.CONFLICT, fields=refused)
    if backup is None and wanted.name is None:
        # A system name can only be taken by a caller who guessed it; the next id gives another.
        backup = _try_create(caller, app_id, wanted, check_only=False)
    if backup is None:
        taken = Invalid("name", "A backup of this app has this name.")
        raise ApiProblem(BACKUP_NAME_TAKEN, fields=[taken])
    return backup


def fated_backup(caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> BackupWanted:
    """Return what is wanted with the fate that the account's fault rules decide.

    A fate that was asked for stays. To be called in the transaction that creates.
    """
    if wanted.fate != NO_FAULT or wanted.snapshot_fate != NO_FAULT:
        return wanted
    chosen = fates_by_rules(
        caller,
        kinds.APP_BACKUP,
        app_id,
        name=wanted.name,
        bucket_id=lambda: bucket_of_backup(caller.account_id, wanted.bucket_id),
    )
    return replace(
        wanted,
        fate=chosen.own or wanted.fate,
        snapshot_fate=chosen.source or wanted.snapshot_fate,
    )


def _try_create(
    caller: Caller, app_id: uuid.UUID, wanted: BackupWanted, *, check_only: bool
) -> AppBackup | None:
    """Run the statement; return None when the name was taken (or nothing was to be made).

    Raises ``SnapshotNameTaken`` when the name made up for the snapshot is.
    """
    parameters = _parameters(caller, app_id, wanted) | {"check_only": check_only}
    try:
        # Within a transaction, a name that is taken must not end it.
        with transaction.atomic() if caller.has_faults else nullcontext():
            row = create_statement().fetch_one(parameters)
    except IntegrityError as error:
        if SNAPSHOT_NAME_CONSTRAINT in str(error):
            raise SnapshotNameTaken from error
        raise
    assert row is not None
    _refuse_what_is_missing(row, app_id, wanted)
    return instance(AppBackup, row[5:], ANSWERED) if row[5] is not None else None


def _refuse_what_is_missing(row: Any, app_id: uuid.UUID, wanted: BackupWanted) -> None:
    is_there, app_state, bucket_state, snapshot_app_id, snapshot_state = row[:5]
    if not is_there:
        # Deleted since the caller was asked who it is.
        raise ApiProblem(problems.NOT_PERMITTED)
    if app_state is None:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    if app_state != READY:
        raise ApiProblem(APP_NOT_READY)
    if bucket_state != AVAILABLE:
        if wanted.bucket_id is None:
            raise ApiProblem(BUCKET_UNAVAILABLE)
        raise unusable_bucket(bucket_state)
    if wanted.snapshot_id is None:
        return
    if snapshot_app_id is None:
        problem, reason = SNAPSHOT_NOT_FOUND, "The account has no such snapshot."
    elif snapshot_app_id != app_id:
        problem, reason = SNAPSHOT_OF_ANOTHER_APP, "Belongs to another app."
    elif snapshot_state != COMPLETED:
        problem, reason = SNAPSHOT_NOT_READY, f"The snapshot is {snapshot_state}."
    else:
        return
    raise ApiProblem(problem, fields=[Invalid("snapshotID", reason)])


def _parameters(caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> dict[str, Any]:
    fate, snapshot_fate = wanted.fate, wanted.snapshot_fate
    return {
        "account": caller.account_id,
        "user": caller.user_id,
        "app": app_id,
        "now": real_now(),
        "backup_id": caller.dice.new_id(),
        "snapshot_id": caller.dice.new_id(),
        "name": wanted.name,
        "version": wanted.version,
        "snapshot_version": kinds.APP_SNAP.versions[0],
        "bucket": wanted.bucket_id,
        "snapshot": wanted.snapshot_id,
        "schedule": wanted.schedule_id,
        "labels": _json(wanted.labels),
        "outcome": fate.outcome,
        "fraction": fate.at_fraction,
        "reasons": _json(fate.reasons),
        "hook_state": fate.hook_state,
        "hook_details": _json(fate.hook_details),
        "snapshot_outcome": snapshot_fate.outcome,
        "snapshot_fraction": snapshot_fate.at_fraction,
        "snapshot_reasons": _json(snapshot_fate.reasons),
    }


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
