"""Backups of an app. Source: the user's document, 'Create a new application backup for an app'."""

from operator import attrgetter

from django.db.models import Q

from astra.resources.composed import Follows, Reasons
from astra.resources.members import BY_SERVICE, Choice, Identifier, Instant, Name, Number
from astra.resources.places import Place
from astra.resources.reach import Of
from astra.resources.resource import CREATE, DELETE, Resource, Seeding, failing
from astra.resources.shapes import Members
from backups import kinds, problems
from backups.actions.app_backups import app_backup_delete, app_backup_of_body, refuse_pending
from backups.actions.restoring import refuse_while_restoring
from backups.lifecycle import APP_BACKUP as LIFECYCLE
from backups.models import AppBackup
from backups.progress import HAS_PROGRESS, bytes_done, percent_done
from backups.resources.protection import (
    A_BUCKET,
    A_SCHEDULE,
    A_SNAPSHOT,
    SYSTEM_NAMED,
    each_refusing,
    hook_members,
)


class SnapshotUsed(Identifier):
    """`snapshotID`: of the call's own snapshot only once that is complete."""

    reads_also = ("snapshot_shown",)
    present = Q(snapshot_shown=True)
    there = staticmethod(attrgetter("snapshot_shown"))


class Progress(Follows):
    """A member that a backup has from running on."""

    reads_also = ("state", "running_at", "ends_at", "full_at", "total_bytes")
    present = HAS_PROGRESS
    there = staticmethod(AppBackup.has_progress)


class ProgressNumber(Progress, Number):
    """A number of bytes, or a percentage."""


class ProgressInstant(Progress, Instant):
    """An instant."""


MEMBERS = Members(
    kinds.APP_BACKUP,
    Name("name", help=SYSTEM_NAMED),
    Identifier("bucketID", to=A_BUCKET, help="Without one, the system chooses an available one."),
    SnapshotUsed(
        "snapshotID",
        to=A_SNAPSHOT,
        sometimes=True,
        help="Without one, a snapshot is made for the backup.",
    ),
    Identifier("scheduleID", to=A_SCHEDULE, sometimes=True, **BY_SERVICE),
    Choice("state", choices=LIFECYCLE.states, **BY_SERVICE),
    Reasons(),
    *hook_members(),
    ProgressInstant("backupCreationTimestamp", column="running_at", sometimes=True),
    ProgressNumber("totalBytes", sometimes=True),
    ProgressNumber("bytesDone", value=AppBackup.bytes_done, sql=bytes_done, sometimes=True),
    ProgressNumber("percentDone", value=AppBackup.percent_done, sql=percent_done, sometimes=True),
    module=__name__,
    strict_metadata=True,
)

APP_BACKUP = Resource(
    model=AppBackup,
    members=MEMBERS,
    paths=(
        "k8s/v1/apps/{app_id}/appBackups",
        # Of every app, unmanaged ones too.
        Place("topology/v1/appBackups", frozenset({"GET", "DELETE"})),
    ),
    within=Of("app"),
    methods=frozenset({"GET", "POST", "DELETE"}),
    failures=failing(list=96, create=94, retrieve=95, delete=97),
    refusals={
        CREATE: (
            problems.SNAPSHOT_OF_ANOTHER_APP,
            problems.SNAPSHOT_NOT_READY,
            problems.APP_NOT_READY,
            problems.BACKUP_NOT_SUPPORTED,
            problems.BACKUP_NEEDS_SNAPSHOT_CLASS,
            problems.BUCKET_UNAVAILABLE,
            problems.BACKUP_NAME_TAKEN,
        ),
        DELETE: (problems.BACKUP_NOT_CANCELABLE, problems.NOT_DELETED_WHILE_RESTORING),
    },
    headers={DELETE: {"Force-Delete": "Accepted; a failed backup goes with or without it."}},
    lifecycle=LIFECYCLE,
    create=app_backup_of_body,
    create_proves=True,
    may_delete=each_refusing(refuse_pending, refuse_while_restoring),
    delete=app_backup_delete,
    columns=("name", "state"),
    seeding=Seeding("backups", order=20, by="backups.scenarios.app_backups.BackupSection"),
)
