"""Snapshots of an app. Source: section 6 of `appbackup.md` and the published `appSnap` schemas."""

from astra.api import fields
from astra.api.serializers import StateDetailsField
from astra.resources.composed import Known, Reasons
from astra.resources.members import ABSENT, BY_SERVICE, Choice, Identifier, Name
from astra.resources.reach import Of
from astra.resources.resource import CREATE, DELETE, Resource, Seeding, Taken, failing
from astra.resources.shapes import Members
from backups import kinds, problems
from backups.actions.app_snaps import app_snap_create, app_snap_delete, refuse_used
from backups.actions.restoring import refuse_while_restoring
from backups.lifecycle import SNAPSHOT as LIFECYCLE
from backups.models import Snapshot
from backups.resources.protection import (
    A_BUCKET,
    A_SCHEDULE,
    SYSTEM_NAMED,
    each_refusing,
    hook_members,
)

NAME_TAKEN = "name", "A snapshot of this app has this name."
MEMBERS = Members(
    kinds.APP_SNAP,
    Name("name", help=SYSTEM_NAMED),
    Identifier("bucketID", to=A_BUCKET, sometimes=True),
    Identifier("scheduleID", to=A_SCHEDULE, sometimes=True, **BY_SERVICE),
    Known("snapshotAppAsset", fields.IdentifierField, create=ABSENT),
    Choice("state", choices=LIFECYCLE.states, **BY_SERVICE),
    Reasons(),
    Known("stateDetails", StateDetailsField, create=ABSENT),
    *hook_members(),
    module=__name__,
    strict_metadata=True,
)

APP_SNAP = Resource(
    model=Snapshot,
    members=MEMBERS,
    paths=("k8s/v1/apps/{app_id}/appSnaps",),
    within=Of("app"),
    methods=frozenset({"GET", "POST", "DELETE"}),
    failures=failing(list=100, create=98, retrieve=99, delete=49),
    refusals={
        CREATE: (
            problems.APP_NOT_READY,
            problems.SNAPSHOT_NOT_SUPPORTED,
            problems.SNAPSHOT_NEEDS_SNAPSHOT_CLASS,
        ),
        DELETE: (
            problems.SNAPSHOT_IN_USE,
            problems.SNAPSHOT_REPLICATED,
            problems.NOT_DELETED_WHILE_RESTORING,
        ),
    },
    lifecycle=LIFECYCLE,
    taken=[Taken("snapshot_name_is_unique", problems.SNAPSHOT_NAME_TAKEN, *NAME_TAKEN)],
    create=app_snap_create,
    may_delete=each_refusing(refuse_used, refuse_while_restoring),
    delete=app_snap_delete,
    columns=("name", "state", "hookState"),
    seeding=Seeding("snapshots", order=10, by="backups.scenarios.protection.ProtectionSection"),
)
