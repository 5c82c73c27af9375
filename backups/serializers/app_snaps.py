"""appSnap on the wire. Source: section 6 of `appbackup.md` and the published `appSnap` schemas."""

from datetime import datetime
from typing import Any

from astra.accounts.metadata import represent_metadata
from backups import kinds
from backups.models import Snapshot

MEMBERS = frozenset(
    (
        "type version id name bucketID scheduleID state stateUnready hookState hookStateDetails"
        " metadata"
    ).split()
)


def represent(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """Return the JSON of a snapshot; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.APP_SNAP.type,
        "version": snapshot.version,
        "id": str(snapshot.id),
        "name": snapshot.name,
    }
    if snapshot.bucket_id:
        document["bucketID"] = str(snapshot.bucket_id)
    if snapshot.schedule_id:
        document["scheduleID"] = str(snapshot.schedule_id)
    document["state"] = snapshot.state
    document["stateUnready"] = snapshot.state_unready
    if snapshot.hook_state:
        document["hookState"] = snapshot.hook_state
        document["hookStateDetails"] = snapshot.hook_state_details
    document["metadata"] = represent_metadata(snapshot)
    return document
