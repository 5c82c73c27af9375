"""appBackup on the wire: what a create may say, and what an instance says.

Source: the user's document, 'Create a new application backup for an app'.
"""

from datetime import datetime
from typing import Any

from django.db.models import Case, F, When

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.serializers import (
    ClosedSerializer,
    StateDetailsField,
    StrictMetadataSerializer,
)
from backups import kinds
from backups.lifecycle import APP_BACKUP
from backups.models import AppBackup
from backups.models.protection import HookState
from backups.progress import HAS_PROGRESS, bytes_done, percent_done


class AppBackupCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([kinds.APP_BACKUP.type])
    version = fields.EnumField(kinds.APP_BACKUP.versions)
    name = fields.DnsLabelField(required=False)
    bucketID = fields.IdentifierField(required=False)
    snapshotID = fields.IdentifierField(required=False)
    metadata = StrictMetadataSerializer(required=False)


class AppBackupBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([kinds.APP_BACKUP.type])
    version = fields.EnumField(kinds.APP_BACKUP.versions)
    id = fields.IdentifierField()
    name = fields.DnsLabelField()
    bucketID = fields.IdentifierField()
    snapshotID = fields.IdentifierField(required=False)
    scheduleID = fields.IdentifierField(required=False)
    state = fields.EnumField(APP_BACKUP.states)
    stateUnready = fields.ReasonsField()
    hookState = fields.EnumField(HookState.values, required=False)
    hookStateDetails = StateDetailsField(required=False)
    backupCreationTimestamp = fields.TimestampField(required=False)
    totalBytes = fields.NumberField(required=False)
    bytesDone = fields.NumberField(required=False)
    percentDone = fields.NumberField(required=False)
    metadata = StrictMetadataSerializer()


class AppBackupFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name. What a state hides is NULL, and matches nothing."""

    type = filters.ConstantMember(kinds.APP_BACKUP.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    bucketID = filters.IdentifierMember("bucket_id")
    snapshotID = filters.IdentifierMember(
        expression=lambda now: Case(When(snapshot_shown=True, then=F("snapshot_id")))
    )
    scheduleID = filters.IdentifierMember("schedule_id", nullable=True)
    state = filters.Member("state")
    stateUnready = filters.ElementMember("state_unready", path="stateUnready[*]")
    hookState = filters.Member("hook_state", nullable=True)
    backupCreationTimestamp = filters.InstantMember(
        expression=lambda now: Case(When(HAS_PROGRESS, then=F("running_at")))
    )
    totalBytes = filters.NumberMember(
        expression=lambda now: Case(When(HAS_PROGRESS, then=F("total_bytes")))
    )
    bytesDone = filters.NumberMember(expression=bytes_done)
    percentDone = filters.NumberMember(expression=percent_done)


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
