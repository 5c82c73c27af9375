"""Snapshots of an app. Source: section 6 of `appbackup.md` and the published `appSnap` schemas."""

from typing import Any

from astra.api import fields
from astra.api.serializers import StateDetailsField
from astra.resources.members import ABSENT, Choice, Identifier, Known, Name
from astra.resources.resource import CREATE, DELETE, LIST, RETRIEVE, Resource, Seeding
from astra.resources.shapes import Members
from backups import kinds
from backups.actions.app_snap_create import app_snap_create
from backups.actions.app_snap_delete import app_snap_delete
from backups.lifecycle import SNAPSHOT
from backups.models import Snapshot
from backups.problems import (
    APP_NOT_READY,
    SNAPSHOT_IN_USE,
    SNAPSHOT_NAME_TAKEN,
    SNAPSHOT_NOT_CREATED,
    SNAPSHOT_NOT_DELETED,
    SNAPSHOT_NOT_RETRIEVED,
    SNAPSHOTS_NOT_LISTED,
)
from backups.resources.protection import Reasons, hook_members
from backups.resources.references import A_BUCKET

BY_SERVICE: Any = {"create": ABSENT}
MEMBERS = Members(
    kinds.APP_SNAP,
    Name("name"),
    Identifier("bucketID", to=A_BUCKET, sometimes=True),
    Identifier("scheduleID", sometimes=True, **BY_SERVICE),
    Known("snapshotAppAsset", fields.IdentifierField, **BY_SERVICE),
    Choice("state", choices=SNAPSHOT.states, **BY_SERVICE),
    Reasons(),
    Known("stateDetails", StateDetailsField, **BY_SERVICE),
    *hook_members(),
    module=__name__,
    strict_metadata=True,
)

APP_SNAP = Resource(
    kind=kinds.APP_SNAP,
    model=Snapshot,
    members=MEMBERS,
    paths=("k8s/v1/apps/{app_id}/appSnaps",),
    methods=frozenset({"GET", "POST", "DELETE"}),
    failures={
        LIST: SNAPSHOTS_NOT_LISTED,
        CREATE: SNAPSHOT_NOT_CREATED,
        RETRIEVE: SNAPSHOT_NOT_RETRIEVED,
        DELETE: SNAPSHOT_NOT_DELETED,
    },
    refusals={
        CREATE: (APP_NOT_READY, SNAPSHOT_NAME_TAKEN),
        DELETE: (SNAPSHOT_IN_USE,),
    },
    create=app_snap_create,
    delete=app_snap_delete,
    seeding=Seeding("snapshots", order=10, by="backups.scenarios.app_snaps.SnapshotSection"),
)
