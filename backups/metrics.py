"""What the metrics of an account say of its apps, backups, snapshots and buckets."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from backups.models import App, AppBackup, Bucket, Snapshot
from installation.metrics import Gauge


def gauges(account_id: uuid.UUID) -> Iterator[Gauge]:
    """Yield what an account has: rows by state, and the bytes in its buckets."""
    rows: dict[str, Any] = {
        "apps": App.objects.filter(deleted_at=None),
        "app_backups": AppBackup.objects.all(),
        "app_snaps": Snapshot.objects.all(),
        "buckets": Bucket.objects.all(),
    }
    for name, query in rows.items():
        counted = query.filter(account_id=account_id).order_by().values_list("state")
        by_state = {state: float(number) for state, number in counted.annotate(Count("id"))}
        yield Gauge(f"astra_{name}", f"{name} of the account by state", by_state, "state")
    stored = Bucket.objects.filter(account_id=account_id).values_list("id", "stored_bytes")
    by_bucket = {str(bucket_id): float(number) for bucket_id, number in stored}
    yield Gauge("astra_bucket_bytes", "bytes of completed backups", by_bucket, "bucketID")
