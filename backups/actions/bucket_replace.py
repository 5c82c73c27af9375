"""Replace a bucket: its name, its credential and its labels; the rest may not change."""

from collections.abc import Mapping
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp
from backups.actions.bucket_create import save_unique
from backups.models import Bucket


def bucket_replace(*, caller: Caller, bucket: Bucket, body: Mapping[str, Any]) -> None:
    """Change a locked bucket from a validated body; what is absent is kept.

    Raises problem 57 when the new name is taken, 10 for a read-only label.
    """
    columns = restamp(bucket, caller, body)
    bucket.name = body.get("name", bucket.name)
    bucket.credential_id = body.get("credentialID", bucket.credential_id)
    save_unique(bucket, update_fields=[*columns, "name", "credential_id"])
