"""The app that a mirror leads to: it appears, stands by, takes over or goes, at an instant of the clock.

Standing by it is provisioned, and says what it is a copy of; nothing can be made of it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from astra.engine.models import record_deletion, record_step
from astra.engine.plan import begin_history
from backups import kinds
from backups.actions.apps import app_delete
from backups.actions.placing import columns_on
from backups.actions.restoring import LIKE_ITS_SOURCE
from backups.lifecycle import APP, PROVISIONING, READY
from backups.models import App
from clusters.actions.discovery import namespaces_appear, namespaces_vanish
from mirrors.lifecycle import DELETED, ESTABLISHED, FAILED_OVER
from mirrors.models import AppMirror

_MOVED = (
    "state",
    "state_details",
    "transition_count",
    "modified_at",
    "outcome",
    "ends_at",
    "next_transition_at",
    "replication_source_app_id",
)


def follow_mirrors(account_id: uuid.UUID) -> None:
    """Let apps follow the mirrors that have just been established, failed over or gone.

    Within the transaction that settled them; the instant is that of the mirror's last step.
    """
    standing = Q(destination_app__replication_source_app_id__isnull=False)
    moved = AppMirror.objects.filter(
        Q(state=ESTABLISHED, destination_app=None)
        | Q(state=FAILED_OVER) & standing
        | Q(state=DELETED),
        account_id=account_id,
    )
    related = moved.select_related("source_app", "destination_cluster")
    for mirror in related.order_by("modified_at", "id"):
        if mirror.state == ESTABLISHED:
            _appear(mirror)
        elif mirror.state == FAILED_OVER:
            take_over(_held(mirror), mirror.modified_at, mirror.outcome_reasons)
        else:
            mirror_removal(mirror, mirror.modified_at)


def _held(mirror: AppMirror) -> App:
    assert mirror.destination_app_id is not None
    return App.objects.select_for_update().get(id=mirror.destination_app_id)


def _appear(mirror: AppMirror) -> None:
    source, at = mirror.source_app, mirror.modified_at
    cluster = mirror.destination_cluster
    app = App(
        id=mirror.destination_id,
        account_id=mirror.account_id,
        version=kinds.APP.versions[0],
        name=source.name,
        state=PROVISIONING,
        transition_count=1,
        labels=[],
        created_at=at,
        modified_at=at,
        created_by=mirror.created_by,
        collected_at=at,
        replication_source_app_id=source.id,
        namespace_scoped_resources=mirror.destination_scopes,
        namespaces=list(dict.fromkeys(item["namespace"] for item in mirror.destination_scopes)),
        cluster_scoped_resources=source.cluster_scoped_resources,
        **{name: getattr(source, name) for name in LIKE_ITS_SOURCE} | columns_on(cluster),
    )
    app.save(force_insert=True)
    namespaces_appear(app.account_id, cluster.id, app.namespaces, at)
    begin_history(APP, app)
    AppMirror.objects.filter(id=mirror.id).update(destination_app=app)


def stand_by(app: App, source_id: uuid.UUID, now: datetime) -> None:
    """Let an app stand by for another."""
    _move(app, PROVISIONING, now, source_id)


def take_over(app: App, now: datetime, said: Sequence[Any]) -> None:
    """Let an app that stands by be one of its own; ``said``: by the hooks that run then."""
    if app.replication_source_app_id is not None:
        _move(app, READY, now, None, said)


def _move(
    app: App, state: str, now: datetime, source_id: uuid.UUID | None, details: Sequence[Any] = ()
) -> None:
    at = record_step(APP.kind, app, state, now)
    app.state_details = list(details)
    is_ready = state == READY
    app.outcome, app.ends_at = (READY, at) if is_ready else (None, None)
    app.next_transition_at = None
    app.replication_source_app_id = source_id
    app.save(update_fields=_MOVED)


def mirror_removal(mirror: AppMirror, now: datetime) -> None:
    """Remove a mirror; the app that still stands by goes with it, any other stays."""
    app = _held(mirror) if mirror.destination_app_id else None
    AppMirror.objects.filter(id=mirror.id).delete()
    if app is not None and app.replication_source_app_id is not None:
        app_delete(app, now)
        record_deletion(APP.kind, app, now)
        assert app.cluster_id is not None
        namespaces_vanish(app.cluster_id, app.namespaces)
