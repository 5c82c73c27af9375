"""Snapshots of an app. Source: section 6 of `appbackup.md` and the published `appSnap` schemas."""

from typing import Any

from astra.api import fields
from astra.api.problems import Invalid
from astra.api.serializers import StateDetailsField
from astra.resources.members import ABSENT, Choice, Identifier, Known, Name
from astra.resources.resource import CREATE, DELETE, LIST, RETRIEVE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from backups import kinds
from backups.actions.app_snap_create import app_snap_create
from backups.actions.app_snap_delete import app_snap_delete
from backups.lifecycle import SNAPSHOT as LIFECYCLE
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
from backups.resources.protection import SYSTEM_NAMED, Reasons, hook_members
from backups.resources.references import A_BUCKET, A_SCHEDULE

BY_SERVICE: Any = {"create": ABSENT}
MEMBERS = Members(
    kinds.APP_SNAP,
    Name("name", help=SYSTEM_NAMED),
    Identifier("bucketID", to=A_BUCKET, sometimes=True),
    Identifier("scheduleID", to=A_SCHEDULE, sometimes=True, **BY_SERVICE),
    Known("snapshotAppAsset", fields.IdentifierField, **BY_SERVICE),
    Choice("state", choices=LIFECYCLE.states, **BY_SERVICE),
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
        CREATE: (APP_NOT_READY,),
        DELETE: (SNAPSHOT_IN_USE,),
    },
    lifecycle=LIFECYCLE,
    taken=(
        Taken(
            "snapshot_name_is_unique",
            SNAPSHOT_NAME_TAKEN,
            (Invalid("name", "A snapshot of this app has this name."),),
        ),
    ),
    create=app_snap_create,
    delete=app_snap_delete,
    columns=("name", "state", "hookState"),
    seeding=Seeding("snapshots", order=10, by="backups.scenarios.protection.ProtectionSection"),
)
