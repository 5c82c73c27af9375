"""What its credential means for a bucket: without it, it fails, with another it is back."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from astra.accounts.callers import Caller
from astra.engine.plan import begin_in
from astra.engine.stages import Fate
from astra.resources import registry
from astra.resources.actions import replace_members
from backups.kinds import BUCKET as KIND
from backups.lifecycle import AVAILABLE, BUCKET, FAILED, PENDING
from backups.models import Bucket

REJECTED: Any = {
    "type": "https://astra.netapp.io/problems/34",
    "title": "Access denied",
    "detail": "The credential of the bucket does not exist any more.",
}


def credential_lost(buckets: QuerySet[Bucket], caller: Caller) -> None:
    """Verify anew the buckets whose credential goes: they will fail."""
    usable = buckets.filter(state__in=(PENDING, AVAILABLE)).order_by("id")
    for bucket in usable.select_for_update(no_key=True):
        _verify(bucket, Fate(FAILED, reasons=(REJECTED,)), caller)


def bucket_replace(*, caller: Caller, row: Bucket, body: Mapping[str, Any]) -> None:
    """Change a locked bucket from a validated body; one that failed is verified with a new credential.

    Raises as ``replace_row``.
    """
    old = row.credential_id
    replace_members(registry.resource(KIND.name), caller=caller, row=row, body=body)
    if row.state == FAILED and row.credential_id != old:
        _verify(row, Fate(AVAILABLE), caller)


def _verify(bucket: Bucket, fate: Fate, caller: Caller) -> None:
    bucket.state_details = []
    bucket.save(update_fields=["state_details", *begin_in(BUCKET, bucket, PENDING, fate, caller)])
