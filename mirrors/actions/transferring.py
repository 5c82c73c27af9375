"""Snapshots of a schedule that replicates are transferred to the apps that stand by."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from astra.engine.plan import stage_seconds
from backups.actions.restoring import copying_seconds
from backups.attachments import Replicated
from mirrors.actions.fating import reasons_of_transfer
from mirrors.lifecycle import APP_MIRROR, ESTABLISHED, INCREMENT
from mirrors.models import AppMirror
from mirrors.transfers import begin_transfer, is_over


def transfer_snapshots(account_id: uuid.UUID, at: datetime, made: Sequence[Replicated]) -> None:
    """Begin the transfers of what fired at exactly ``at``, within its transaction.

    While one is under way, the next snapshot is passed over; of one that fails there is nothing to
    transfer.
    """
    snapshots = {each.app_id: each for each in made if each.completed_at is not None}
    mirrors = AppMirror.objects.filter(
        account_id=account_id, source_app__in=snapshots, state=ESTABLISHED
    )
    for mirror in mirrors.select_related("source_app", "account").order_by("created_at", "id"):
        if not is_over(mirror, at):
            continue
        snapshot = snapshots[mirror.source_app_id]
        assert snapshot.completed_at is not None
        reasons = reasons_of_transfer(mirror, at)
        columns = begin_transfer(
            mirror,
            at,
            started_at=snapshot.completed_at,
            ends_at=snapshot.completed_at + _duration(mirror),
            snapshot_id=snapshot.snapshot_id,
            reasons=reasons,
        )
        mirror.save(update_fields=columns)


def _duration(mirror: AppMirror) -> timedelta:
    """Return how long a transfer takes after the first one."""
    paces = (mirror.source_app, mirror.account)
    (whole,) = stage_seconds(APP_MIRROR, paces, own_seconds=copying_seconds(mirror.source_app))
    return timedelta(microseconds=round(1_000_000.0 * whole * INCREMENT))
