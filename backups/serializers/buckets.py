"""bucket on the wire. Source: section 8 of `appbackup.md` and the published `bucket` schemas."""

from datetime import datetime
from typing import Any

from astra.accounts.metadata import represent_metadata
from backups import kinds
from backups.models import Bucket

MEMBERS = frozenset(
    (
        "type version id name credentialID state stateDetails retentionTime provider"
        " bucketParameters metadata"
    ).split()
)


def represent(bucket: Bucket, now: datetime) -> dict[str, Any]:
    """Return the JSON of a bucket; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.BUCKET.type,
        "version": bucket.version,
        "id": str(bucket.id),
        "name": bucket.name,
        "credentialID": str(bucket.credential_id),
        "state": bucket.state,
        "stateDetails": bucket.state_details,
    }
    if bucket.retention_seconds is not None:
        document["retentionTime"] = bucket.retention_seconds
    document["provider"] = bucket.provider
    document["bucketParameters"] = bucket.parameters
    document["metadata"] = represent_metadata(bucket)
    return document
