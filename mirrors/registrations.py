"""What the layers below are told of mirrors beyond their declaration."""

from django.db.models import Q

from astra.api.problems import ApiProblem
from astra.engine.registry import ANY_BEGINNING, Registration, register
from backups.attachments import keeping_apps, keeping_snapshots, replicating
from backups.models import App, Snapshot
from backups.problems import APP_REPLICATED, SNAPSHOT_REPLICATED
from mirrors.actions.standing_by import follow_mirrors
from mirrors.actions.transferring import transfer_snapshots
from mirrors.lifecycle import APP_MIRROR
from mirrors.models import AppMirror


def keep_app(app: App) -> None:
    """Raise problem 119 for an app that a mirror leads from or to."""
    if AppMirror.objects.filter(Q(source_app=app) | Q(destination_app=app)).exists():
        raise ApiProblem(APP_REPLICATED)


def keep_snapshot(snapshot: Snapshot) -> None:
    """Raise problem 120 for a snapshot that is transferred, or was transferred last."""
    named = [{"additionalDetails": {"snapshotID": str(snapshot.id)}}]
    users = AppMirror.objects.filter(
        Q(transfer_snapshot_id=snapshot.id) | Q(state_details__contains=named),
        source_app=snapshot.app_id,
    )
    if users.exists():
        raise ApiProblem(SNAPSHOT_REPLICATED)


def register_all() -> None:
    """Register what moves mirrors, and what they keep."""
    register(
        Registration(
            model=AppMirror,
            lifecycle=APP_MIRROR,
            # Before apps, which follow them.
            order=5,
            after_settling=follow_mirrors,
            ended_as={ANY_BEGINNING: "mirror"},
            target=lambda mirror: mirror.source_app,
        )
    )
    keeping_apps.append(keep_app)
    keeping_snapshots.append(keep_snapshot)
    replicating.append(transfer_snapshots)
