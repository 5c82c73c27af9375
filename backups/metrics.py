"""What the metrics of an account say of its apps, backups, snapshots and buckets."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum

from astra.accounts.callers import Scope
from astra.resources import registry
from astra.resources.reach import narrowed
from backups import kinds
from backups.lifecycle import COMPLETED
from backups.models import Bucket
from installation.metrics import Gauge

_COUNTED = {
    "apps": kinds.APP,
    "app_backups": kinds.APP_BACKUP,
    "app_snaps": kinds.APP_SNAP,
    "buckets": kinds.BUCKET,
}


def gauges(account_id: uuid.UUID, scope: Scope | None) -> Iterator[Gauge]:
    """Yield what an account has, as far as a scope reaches: rows by state, bytes in buckets."""
    for name, kind in _COUNTED.items():
        counted = _rows(kind.name, account_id, scope).values_list("state")
        by_state = {state: float(number) for state, number in counted.annotate(Count("id"))}
        yield Gauge(f"astra_{name}", f"{name} of the account by state", by_state, "state")
    yield Gauge(
        "astra_bucket_bytes",
        "bytes of completed backups",
        {str(bucket_id): float(number) for bucket_id, number in _stored(account_id, scope)},
        "bucketID",
    )


def _rows(kind: str, account_id: uuid.UUID, scope: Scope | None) -> Any:
    resource = registry.resource(kind)
    return narrowed(resource, resource.rows().filter(account_id=account_id).order_by(), scope)


def _stored(account_id: uuid.UUID, scope: Scope | None) -> Iterator[tuple[uuid.UUID, int]]:
    if scope is None:
        yield from Bucket.objects.filter(account_id=account_id).values_list("id", "stored_bytes")
        return
    completed = _rows(kinds.APP_BACKUP.name, account_id, scope).filter(state=COMPLETED)
    yield from completed.values_list("bucket_id").annotate(Sum("total_bytes"))
