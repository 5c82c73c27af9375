"""Take a snapshot of an app, and delete it."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import COLLECTION_NOT_FOUND, ApiProblem
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.actions import refusing_taken
from backups import kinds, problems
from backups.actions.app_backups import unusable_bucket
from backups.actions.drafting import NO_FAULT
from backups.actions.fating import fates_by_rules
from backups.actions.hooking import hooking
from backups.actions.placing import refuse_unprotectable
from backups.attachments import keeping_snapshots
from backups.lifecycle import APP_BACKUP, AVAILABLE, PENDING, SNAPSHOT, TAKES_SNAPSHOTS
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.models.protection import HookState
from backups.naming import system_name


def app_snap_create(
    *, caller: Caller, app_id: uuid.UUID, body: Mapping[str, Any], fate: Fate = NO_FAULT
) -> Snapshot:
    """Create the snapshot, pending, from a validated request body.

    Raises problem 2 (no such app), 112 (app not in a state for it), 130 or 145 (its cluster takes none),
    108 or 9 (bucket), 10 (read-only label), 176 (name taken).
    """
    with transaction.atomic():
        app = app_to_snapshot(caller.account_id, app_id)
        bucket_id = body.get("bucketID")
        if bucket_id is not None:
            bucket_to_use(caller.account_id, bucket_id)
        columns = stamps(caller, body)
        name = body.get("name") or system_name(
            app.name, "snapshot", columns["created_at"], columns["id"]
        )
        if caller.has_faults and fate == NO_FAULT:
            rules = fates_by_rules(
                caller, kinds.APP_SNAP, app_id, name=body.get("name"), bucket_id=lambda: bucket_id
            )
            fate = rules.own or rules.source or fate
        if app.has_hooks and fate.hook_state == HookState.SUCCESS:
            fate = replace(fate, hook_details=hooking.run(caller.account_id, app_id, "snapshot"))
        snapshot = Snapshot(
            app=app,
            name=name,
            bucket_id=bucket_id,
            state=PENDING,
            outcome_hook_state=fate.hook_state,
            outcome_hook_details=list(fate.hook_details),
            **columns,
        )
        plan_new(SNAPSHOT, snapshot, fate, caller)
        with refusing_taken(registry.resource(SNAPSHOT.kind).taken):
            snapshot.save(force_insert=True)
        begin_history(SNAPSHOT, snapshot)
    return snapshot


def app_to_snapshot(account_id: uuid.UUID, app_id: uuid.UUID) -> App:
    """Return the app. Raises problem 2 when the account manages no such app, 112 when it is in no state
    for a snapshot: one that was just defined is; 130 or 145 when its cluster takes none.
    """
    apps: Any = App.objects.select_related("cluster")
    app: App | None = apps.filter(
        id=app_id, account__checked=account_id, deleted_at__checked=None
    ).first()
    if app is None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    if app.state not in TAKES_SNAPSHOTS:
        raise ApiProblem(problems.APP_NOT_READY)
    if app.cluster is not None and not app.cluster.snapshot_supported:
        refuse_unprotectable(
            app.cluster.protection_state,
            problems.SNAPSHOT_NOT_SUPPORTED,
            without_class=problems.SNAPSHOT_NEEDS_SNAPSHOT_CLASS,
        )
    return app


def bucket_to_use(account_id: uuid.UUID, bucket_id: uuid.UUID) -> Bucket:
    """Return the bucket. Raises problem 108 when there is none, 9 when it is not available."""
    bucket = Bucket.objects.filter(id=bucket_id, account__checked=account_id).first()
    if bucket is None or bucket.state != AVAILABLE:
        raise unusable_bucket(bucket.state if bucket else None)
    return bucket


def refuse_used(snapshot: Snapshot) -> None:
    """Raise problem 144 while a backup is being made from the snapshot, and what families above say."""
    users = AppBackup.objects.filter(snapshot_id=snapshot.id, state__in=APP_BACKUP.unfinished)
    if users.exists():
        raise ApiProblem(problems.SNAPSHOT_IN_USE)
    for refuse in keeping_snapshots:
        refuse(snapshot)


def app_snap_delete(snapshot: Snapshot, now: datetime) -> None:
    """Delete a locked snapshot; finished backups made from it lose their `snapshotID`."""
    users = AppBackup.objects.filter(snapshot_id=snapshot.id)
    users.update(snapshot_id=None, snapshot_shown=False)
    Snapshot.objects.filter(id=snapshot.id).delete()
