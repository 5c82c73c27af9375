"""appBackup on the wire: what a create may say, and what an instance says.

Source: the user's document, 'Create a new application backup for an app'.
"""

from datetime import datetime
from typing import Any

from astra.api import fields
from astra.accounts.metadata import represent_metadata
from astra.api.clock import timestamp
from astra.api.serializers import ClosedSerializer, StrictMetadataSerializer
from backups import kinds
from backups.models import AppBackup


class AppBackupCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([kinds.APP_BACKUP.type])
    version = fields.EnumField(kinds.APP_BACKUP.versions)
    name = fields.DnsLabelField(required=False)
    bucketID = fields.IdentifierField(required=False)
    snapshotID = fields.IdentifierField(required=False)
    metadata = StrictMetadataSerializer(required=False)


MEMBERS = frozenset(
    (
        "type version id name bucketID snapshotID scheduleID state stateUnready hookState"
        " hookStateDetails backupCreationTimestamp totalBytes bytesDone percentDone metadata"
    ).split()
)


def represent(backup: AppBackup, now: datetime) -> dict[str, Any]:
    """Return the JSON of a backup at the account's instant ``now``; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.APP_BACKUP.type,
        "version": backup.version,
        "id": str(backup.id),
        "name": backup.name,
        "bucketID": str(backup.bucket_id),
    }
    if backup.snapshot_shown and backup.snapshot_id:
        document["snapshotID"] = str(backup.snapshot_id)
    if backup.schedule_id:
        document["scheduleID"] = str(backup.schedule_id)
    document["state"] = backup.state
    document["stateUnready"] = backup.state_unready
    if backup.hook_state:
        document["hookState"] = backup.hook_state
        document["hookStateDetails"] = backup.hook_state_details
    if backup.has_progress():
        assert backup.running_at is not None
        document["backupCreationTimestamp"] = timestamp(backup.running_at)
        document["totalBytes"] = backup.total_bytes
        document["bytesDone"] = backup.bytes_done(now)
        document["percentDone"] = backup.percent_done(now)
    document["metadata"] = represent_metadata(backup)
    return document
