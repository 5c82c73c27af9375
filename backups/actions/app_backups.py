"""Create a backup of an app, which is one transaction and one statement; and delete it."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, F, QuerySet, Value

from astra.accounts.callers import Caller, asked_again
from astra.api.problems import CONFLICT, INVALID_FIELDS, NOT_PERMITTED, ApiProblem, refusal
from astra.api.rows import Row, row_class
from astra.api.serializers import read_only_labels
from astra.api.statements import Statement
from astra.database.grouping import Grouped
from astra.engine.stages import Fate
from backups import kinds, problems
from backups.actions.create_statement import create, written
from backups.actions.drafting import (
    NO_FAULT,
    BackupWanted,
    Draft,
    asked_app,
    draft,
    remembered_app,
)
from backups.actions.fating import bucket_of_backup, fated, fates_by_rules
from backups.actions.hooking import hooked
from backups.actions.placing import refuse_unprotectable
from backups.actions.retention import recorded
from backups.lifecycle import APP_BACKUP, AVAILABLE, COMPLETED, PENDING, READY, SNAPSHOT
from backups.models import AppBackup, Bucket, Snapshot

SNAPSHOT_NAME_CONSTRAINT = "snapshot_name_is_unique"
# Creates that come together are one statement if one caller is proved for them all.
_creates: Grouped[bytes, Sequence[Any]] = Grouped(lambda who, drafts: create(dict(who), drafts))
# How many snapshots whose backup is gone a deletion takes along.
_MOST_AT_ONCE = 100
_DELETE_SNAPSHOTS = Statement(f"""
    WITH gone AS (
        DELETE FROM backups_snapshot AS snapshot
        WHERE id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT FROM backups_appbackup WHERE snapshot_id = snapshot.id)
        RETURNING snapshot.*, %(now)s::timestamptz AS at
    )
    {recorded(SNAPSHOT)}
""")


class SnapshotNameTaken(Exception):
    """The system name of the snapshot to be was taken; the next id gives another."""


def app_backup_create(*, caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> Row:
    """Create the backup, pending, and the snapshot it is made from when none is named.

    Raises the problems of the user's document: 2 (no such app), 112 (app not ready), 131 or 158 (its
    cluster takes no snapshots), 108, 9 or 127 (bucket), 46, 47 or 111 (snapshot), 10 (read-only label),
    143 (name taken).
    """
    if not caller.has_faults:
        return _create(caller, app_id, wanted)
    # What a rule counts belongs to the creation: one that is refused uses up nothing.
    with transaction.atomic():
        return _create(caller, app_id, fated_backup(caller, app_id, wanted))


def app_backup_of_body(
    *, caller: Caller, body: Mapping[str, Any], app_id: uuid.UUID, fate: Fate = NO_FAULT
) -> Row:
    """Create the backup that a validated request body asks for; raises as ``app_backup_create``."""
    wanted = BackupWanted(
        version=body["version"],
        name=body.get("name"),
        bucket_id=body.get("bucketID"),
        snapshot_id=body.get("snapshotID"),
        labels=body.get("metadata", {}).get("labels", []),
        fate=fate,
    )
    return app_backup_create(caller=caller, app_id=app_id, wanted=wanted)


def _create(caller: Caller, app_id: uuid.UUID, wanted: BackupWanted) -> Row:
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
        raise refusal(problems.BACKUP_NAME_TAKEN, "name", "A backup of this app has this name.")
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
        bucket_id=lambda: bucket_of_backup(
            caller.account_id, asked_app(caller.account_id, app_id), wanted.bucket_id
        ),
    )
    return fated(wanted, chosen)


def _try_create(
    caller: Caller, app_id: uuid.UUID, wanted: BackupWanted, *, check_only: bool
) -> Row | None:
    """Draft the backup and write it; return None when the name was taken (or nothing was to be made).

    Whatever the draft was made from that has changed is asked for again. Raises ``SnapshotNameTaken``
    when the name made up for the snapshot is.
    """
    # First of all: what is drawn must not depend on what this process remembers.
    ids = caller.dice.new_id(), caller.dice.new_id()
    app = remembered_app(caller.account_id, app_id)
    while True:
        if app.state != READY:
            raise ApiProblem(problems.APP_NOT_READY)
        refuse_unprotectable(
            app.unprotectable,
            problems.BACKUP_NOT_SUPPORTED,
            without_class=problems.BACKUP_NEEDS_SNAPSHOT_CLASS,
        )
        rows = draft(
            hooked(caller.account_id, app, wanted),
            app,
            ids=ids,
            now=caller.now(),
            seed=caller.seed,
            account=caller,
            user_id=caller.user_id,
        )
        who = tuple({"account": caller.account_id, **caller.proof}.items())
        try:
            # Within a transaction, a name that is taken must not end it.
            with transaction.atomic() if caller.has_faults else nullcontext():
                found = _creates.ask(who, written(rows, check_only=check_only))
        except IntegrityError as error:
            if SNAPSHOT_NAME_CONSTRAINT in str(error):
                raise SnapshotNameTaken from error
            raise
        is_account_current, is_app_current, *sources, bucket_id = found
        if is_account_current and is_app_current:
            break
        if not is_account_current:
            if caller.is_remembered:
                # The view asks who calls, and begins anew.
                raise ApiProblem(NOT_PERMITTED)
            caller = asked_again(caller)
        if not is_app_current:
            app = asked_app(caller.account_id, app_id)
    _refuse_what_is_missing(sources, app_id, wanted)
    if bucket_id is None:
        return None
    caller.note_due(rows["next_transition_at"], rows["snapshot_discovering_at"])
    return _answered(rows, caller.account_id, bucket_id)


# What a call is answered with: all that a backup which has just begun shows.
_ANSWERED = row_class(
    (
        *(
            "id",
            "account_id",
            "app_id",
            "bucket_id",
            "snapshot_id",
            "snapshot_shown",
            "schedule_id",
        ),
        *("name", "version", "labels", "state", "state_unready", "hook_state"),
        *("created_at", "modified_at", "created_by", "modified_by", "running_at"),
    )
)


def _answered(rows: Draft, account_id: uuid.UUID, bucket_id: uuid.UUID) -> Row:
    return _ANSWERED(
        id=rows["backup_id"],
        account_id=account_id,
        app_id=rows["app_id"],
        bucket_id=bucket_id,
        snapshot_id=rows["source_id"] or rows["snapshot_id"],
        snapshot_shown=rows["source_id"] is not None,
        schedule_id=rows["schedule_id"],
        name=rows["name"],
        version=rows["version"],
        labels=rows["labels"],
        state=PENDING,
        state_unready=[],
        hook_state=None,
        created_at=rows["created_at"],
        modified_at=rows["created_at"],
        created_by=rows["user_id"],
        modified_by=None,
        running_at=None,
    )


def _refuse_what_is_missing(
    sources: Sequence[Any], app_id: uuid.UUID, wanted: BackupWanted
) -> None:
    bucket_state, snapshot_app_id, snapshot_state = sources
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
    raise refusal(problem, "snapshotID", reason)


def unusable_bucket(state: str | None) -> ApiProblem:
    """Return the problem about a named bucket that is not available; None: there is none."""
    if state is None:
        return refusal(problems.BUCKET_NOT_FOUND, "bucketID", "The account has no such bucket.")
    reason = f"The bucket is {state}, not {AVAILABLE}."
    return refusal(INVALID_FIELDS, "bucketID", reason)


def refuse_pending(backup: AppBackup) -> None:
    """Raise problem 128 for a backup that is pending."""
    if backup.state == PENDING:
        raise ApiProblem(problems.BACKUP_NOT_CANCELABLE)


def app_backup_delete(backup: AppBackup, now: datetime) -> None:
    """Delete a locked backup, with what it occupied.

    One that discovers or runs is cancelled, its own unfinished snapshot goes with it; a finished one
    stays, up to a number. Source: `docs/architecture.md`, 'Deleting a backup'.
    """
    AppBackup.objects.filter(id=backup.id).delete()
    if backup.owns_snapshot and backup.snapshot_id:
        if backup.state in APP_BACKUP.unfinished:
            own = Snapshot.objects.filter(id=backup.snapshot_id, state__in=SNAPSHOT.unfinished)
            _delete_snapshots(own, now)
        if backup.schedule_id is None:
            _leave_snapshot(backup.app_id, backup.snapshot_id, now)
    # The bucket last: other deletions wait for it.
    if backup.state == COMPLETED:
        # A bare number goes out as a 32-bit integer, its upper half silently cut off.
        total = Value(backup.total_bytes, output_field=BigIntegerField())
        bucket = Bucket.objects.filter(id=backup.bucket_id)
        bucket.update(stored_bytes=F("stored_bytes") - total)


def _leave_snapshot(app_id: uuid.UUID, snapshot_id: uuid.UUID, now: datetime) -> None:
    """Note that a snapshot outlives its backup; beyond the cap, the oldest such of the app go."""
    Snapshot.objects.filter(id=snapshot_id).update(left_at=now)
    left = Snapshot.objects.filter(app_id=app_id, left_at__isnull=False)
    cap = settings.ASTRA.left_behind
    # More at once only where the cap was lowered. Whether a backup is made of one is asked of those
    # alone: of all, it would be asked of every backup there is.
    newest = left.order_by("-left_at", "-id").values_list("id", flat=True)
    if beyond := list(newest[cap : cap + _MOST_AT_ONCE]):
        _delete_snapshots(Snapshot.objects.filter(id__in=beyond), now)


def _delete_snapshots(snapshots: QuerySet[Snapshot], now: datetime) -> None:
    """Delete those that no backup is made of, once whoever makes one just now is done."""
    if ids := list(snapshots.select_for_update().values_list("id", flat=True)):
        _DELETE_SNAPSHOTS.execute({"ids": ids, "now": now, "reason": ""})
