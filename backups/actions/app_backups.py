"""Create a backup of an app, which is one transaction and one statement; and delete it."""

import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, F, Value

from astra.accounts.callers import Caller
from astra.api.clock import real_now
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    CONFLICT,
    INVALID_FIELDS,
    NOT_PERMITTED,
    ApiProblem,
    Invalid,
)
from astra.api.rows import row_class
from astra.api.serializers import read_only_labels
from astra.engine.models import record_deletion
from astra.engine.stages import Fate
from backups import kinds, problems
from backups.actions import create_statement as statement
from backups.actions.create_statement import ANSWERED, NO_FAULT
from backups.actions.fating import bucket_of_backup, fates_by_rules
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, PENDING, READY, SNAPSHOT
from backups.models import AppBackup, Bucket, Snapshot

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
        raise ApiProblem(CONFLICT, fields=refused)
    if backup is None and wanted.name is None:
        # A system name can only be taken by a caller who guessed it; the next id gives another.
        backup = _try_create(caller, app_id, wanted, check_only=False)
    if backup is None:
        taken = Invalid("name", "A backup of this app has this name.")
        raise ApiProblem(problems.BACKUP_NAME_TAKEN, fields=[taken])
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
        wanted, fate=chosen.own or wanted.fate, snapshot_fate=chosen.source or wanted.snapshot_fate
    )


def _try_create(
    caller: Caller, app_id: uuid.UUID, wanted: BackupWanted, *, check_only: bool
) -> AppBackup | None:
    """Run the statement; return None when the name was taken (or nothing was to be made).

    Raises ``SnapshotNameTaken`` when the name made up for the snapshot is.
    """
    parameters = _parameters(caller, app_id, wanted, check_only=check_only)
    try:
        # Within a transaction, a name that is taken must not end it.
        with transaction.atomic() if caller.has_faults else nullcontext():
            row = statement.create_statement().fetch_one(parameters)
    except IntegrityError as error:
        if SNAPSHOT_NAME_CONSTRAINT in str(error):
            raise SnapshotNameTaken from error
        raise
    assert row is not None
    _refuse_what_is_missing(row, app_id, wanted)
    return row_class(ANSWERED)._make(row[5:]) if row[5] is not None else None


def _refuse_what_is_missing(row: Any, app_id: uuid.UUID, wanted: BackupWanted) -> None:
    is_there, app_state, bucket_state, snapshot_app_id, snapshot_state = row[:5]
    if not is_there:
        # Deleted since the caller was asked who it is.
        raise ApiProblem(NOT_PERMITTED)
    if app_state is None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    if app_state != READY:
        raise ApiProblem(problems.APP_NOT_READY)
    if bucket_state != AVAILABLE:
        if wanted.bucket_id is None:
            raise ApiProblem(problems.BUCKET_UNAVAILABLE)
        raise unusable_bucket(bucket_state)
    if wanted.snapshot_id is None:
        return
    if snapshot_app_id is None:
        problem, reason = problems.SNAPSHOT_NOT_FOUND, "The account has no such snapshot."
    elif snapshot_app_id != app_id:
        problem, reason = problems.SNAPSHOT_OF_ANOTHER_APP, "Belongs to another app."
    elif snapshot_state != COMPLETED:
        problem, reason = problems.SNAPSHOT_NOT_READY, f"The snapshot is {snapshot_state}."
    else:
        return
    raise ApiProblem(problem, fields=[Invalid("snapshotID", reason)])


def unusable_bucket(state: str | None) -> ApiProblem:
    """Return the problem about a named bucket that is not available; None: there is none."""
    if state is None:
        unknown = Invalid("bucketID", "The account has no such bucket.")
        return ApiProblem(problems.BUCKET_NOT_FOUND, fields=[unknown])
    reason = f"The bucket is {state}, not {AVAILABLE}."
    return ApiProblem(INVALID_FIELDS, fields=[Invalid("bucketID", reason)])


def _parameters(
    caller: Caller, app_id: uuid.UUID, wanted: BackupWanted, *, check_only: bool
) -> dict[str, Any]:
    one = {
        "app_id": app_id,
        "backup_id": caller.dice.new_id(),
        "snapshot_id": caller.dice.new_id(),
        "makes_backup": True,
        "source_id": wanted.snapshot_id,
        "named_bucket_id": wanted.bucket_id,
        "schedule_id": wanted.schedule_id,
        "backup_name": wanted.name,
        "snapshot_name": None,
        "version": wanted.version,
        "labels": wanted.labels,
        "user_id": caller.user_id,
        "check_only": check_only,
        **statement.fate_columns(wanted.fate, wanted.snapshot_fate),
    }
    return statement.by_call(one) | {
        "account": caller.account_id,
        "now": real_now(),
        "snapshot_version": kinds.APP_SNAP.versions[0],
    }


def refuse_pending(backup: AppBackup) -> None:
    """Raise problem 128 for a backup that is pending."""
    if backup.state == PENDING:
        raise ApiProblem(problems.BACKUP_NOT_CANCELABLE)


def app_backup_delete(backup: AppBackup, now: datetime) -> None:
    """Delete a locked backup, with what it occupied.

    One that discovers or runs is cancelled, its own unfinished snapshot goes with it. Source:
    `docs/architecture.md`, 'Deleting a backup'.
    """
    AppBackup.objects.filter(id=backup.id).delete()
    if backup.state == COMPLETED:
        # A bare number goes out as a 32-bit integer, its upper half silently cut off.
        total = Value(backup.total_bytes, output_field=BigIntegerField())
        bucket = Bucket.objects.filter(id=backup.bucket_id)
        bucket.update(stored_bytes=F("stored_bytes") - total)
    if backup.owns_snapshot and backup.snapshot_id and backup.state in APP_BACKUP.unfinished:
        own = Snapshot.objects.filter(id=backup.snapshot_id, state__in=SNAPSHOT.unfinished)
        for snapshot in own.select_for_update():
            record_deletion(SNAPSHOT.kind, snapshot, now)
            snapshot.delete()
