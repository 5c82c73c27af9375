"""What the account's fault rules decide of backups and snapshots: those of calls and of schedules."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from astra.accounts.callers import Caller
from astra.api.resources import ResourceKind
from astra.faults.effects.base import Fates
from astra.faults.fates import creation, fate_rules
from astra.faults.subjects import Subject
from backups.actions.create_statement import fate_columns
from backups.faults.effects import APP, BACKUP_CREATE, BUCKET, SNAPSHOT_CREATE
from backups.lifecycle import AVAILABLE, READY
from backups.models import App, Bucket

Wanted = dict[str, Any]


def bucket_of_backup(account_id: uuid.UUID, named_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the bucket that a backup goes to: the named one, or the one that is chosen for it."""
    if named_id is not None:
        return named_id
    available = Bucket.objects.filter(account_id=account_id, state=AVAILABLE)
    chosen = available.order_by("-is_default", "stored_bytes", "created_at", "id")
    return chosen.values_list("id", flat=True).first()


def fates_by_rules(
    caller: Caller,
    kind: ResourceKind,
    app_id: uuid.UUID,
    *,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
) -> Fates:
    """Return the fates; a rule that counts has counted this one. Within the creation's transaction."""
    with fate_rules(caller.account_id) as rules:
        return rules.choose(
            _creation(
                f"{kind.name}.create",
                app_id=app_id,
                name=name,
                bucket_id=bucket_id,
                now=rules.account.now(),
                path=f"/accounts/{caller.account_id}/k8s/v1/apps/{app_id}/{kind.plural}",
            )
        )


def let_rules_decide(account_id: uuid.UUID, at: datetime, wanted: list[Wanted]) -> None:
    """Set the fates in the rows of the firing statement, in the order of firing.

    So that 'the next n' are the same however the clock moves. Within the firing's transaction.
    """
    with fate_rules(account_id) as rules:
        for each in _able(account_id, wanted):
            fates = rules.choose(_subject(account_id, at, each))
            each.update(fate_columns(fates.own, fates.source))


def _able(account_id: uuid.UUID, wanted: list[Wanted]) -> Iterable[Wanted]:
    """Return those that will be made: the others use up no rule."""
    apps = App.objects.filter(account_id=account_id, state=READY, deleted_at=None)
    ready = set(
        apps.filter(id__in={each["app_id"] for each in wanted}).values_list("id", flat=True)
    )
    available = Bucket.objects.filter(account_id=account_id, state=AVAILABLE)
    buckets = set(available.values_list("id", flat=True))
    for each in wanted:
        named = each["named_bucket_id"]
        has_bucket = named in buckets if named else bool(buckets)
        if each["app_id"] in ready and (has_bucket or not each["makes_backup"]):
            yield each


def _subject(account_id: uuid.UUID, at: datetime, wanted: Wanted) -> Subject:
    """Return what fault rules are matched against."""
    return _creation(
        BACKUP_CREATE if wanted["makes_backup"] else SNAPSHOT_CREATE,
        app_id=wanted["app_id"],
        name=wanted["backup_name"],
        bucket_id=lambda: bucket_of_backup(account_id, wanted["named_bucket_id"]),
        now=at,
    )


def _creation(
    operation: str,
    *,
    app_id: uuid.UUID,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
    now: datetime,
    path: str | None = None,
) -> Subject:
    # Without a path it is made by a schedule.
    return creation(
        operation,
        about=lambda: {APP.name: app_id, BUCKET.name: bucket_id()},
        name=name,
        now=now,
        path=path,
    )
