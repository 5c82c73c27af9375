"""appSnap on the wire. Source: section 6 of `appbackup.md` and the published `appSnap` schemas."""

from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.serializers import (
    ClosedSerializer,
    StateDetailsField,
    StrictMetadataSerializer,
)
from backups import kinds
from backups.lifecycle import SNAPSHOT
from backups.models import Snapshot
from backups.models.protection import HookState


class AppSnapCreate(ClosedSerializer):
    """The request body of a create."""

    type = fields.EnumField([kinds.APP_SNAP.type])
    version = fields.EnumField(kinds.APP_SNAP.versions)
    name = fields.DnsLabelField(required=False)
    bucketID = fields.IdentifierField(required=False)
    metadata = StrictMetadataSerializer(required=False)


class AppSnapBody(ClosedSerializer):
    """An instance in answers. `snapshotAppAsset` and `stateDetails` are known, but never shown."""

    type = fields.EnumField([kinds.APP_SNAP.type])
    version = fields.EnumField(kinds.APP_SNAP.versions)
    id = fields.IdentifierField()
    name = fields.DnsLabelField()
    bucketID = fields.IdentifierField(required=False)
    scheduleID = fields.IdentifierField(required=False)
    snapshotAppAsset = fields.IdentifierField(required=False)
    state = fields.EnumField(SNAPSHOT.states)
    stateUnready = fields.ReasonsField()
    stateDetails = StateDetailsField(required=False)
    hookState = fields.EnumField(HookState.values, required=False)
    hookStateDetails = StateDetailsField(required=False)
    metadata = StrictMetadataSerializer()


class AppSnapFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(kinds.APP_SNAP.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    bucketID = filters.IdentifierMember("bucket_id", nullable=True)
    scheduleID = filters.IdentifierMember("schedule_id", nullable=True)
    state = filters.Member("state")
    stateUnready = filters.ElementMember("state_unready", path="stateUnready[*]")
    hookState = filters.Member("hook_state", nullable=True)


def represent(snapshot: Snapshot) -> dict[str, Any]:
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
