"""Define, clone or restore an app; redefine it or restore it in place; unmanage it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.api.problems import ApiProblem
from astra.engine.plan import begin_history, plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from backups import problems
from backups.actions.fating import fate_of_app
from backups.actions.hooking import hooking
from backups.actions.placing import (
    place_app,
    refuse_missing_namespaces,
    refuse_taken_namespaces,
    refuse_unfit_clusters,
)
from backups.actions.restoring import (
    columns_from,
    copying_seconds,
    is_backed_up,
    mark_as_clone,
    refuse_empty_filter,
    restore_in_place,
    restores,
    scopes_of,
    source_of_new,
)
from backups.attachments import keeping_apps
from backups.lifecycle import APP, PENDING
from backups.models import App, Schedule


def app_create(
    *,
    caller: Caller,
    body: dict[str, Any],
    fate: Fate | None = None,
    **parents: uuid.UUID,
) -> App:
    """Create the app from a validated request body; it is discovered, then ready.

    One that is defined is pending, one that comes from another provisioned, first. ``fate`` None: as
    the account's fault rules decide. Raises 147 (empty GVKN), 106 (cluster), 122, 123 or 124
    (namespace), 10 (read-only label), and as ``source_of_new``, ``scopes_of`` and
    ``refuse_unfit_clusters``.
    """
    refuse_empty_filter(body)
    with transaction.atomic():
        source = source_of_new(caller, body)
        app = App(
            **stamps(caller, body), **(columns_from(source) if source else {"state": PENDING})
        )
        members = registry.resource(APP.kind).members
        members.apply(app, body | {"namespaceScopedResources": scopes_of(body, source)})
        place_app(app, named_id=body.get("clusterID"), at=parents.get("managedCluster_id"))
        if source is None:
            refuse_missing_namespaces(app, body, caller.writes)
        else:
            refuse_unfit_clusters(app, is_live=source.made is None)
            refuse_taken_namespaces(app.account_id, app.cluster_id, app.namespaces)
            mark_as_clone(app)
        if fate is None:
            comes_from = source.app if source else None
            fate = fate_of_app(caller, "create", comes_from, name=app.name)
        plan_new(APP, app, fate, caller, own_seconds=copying_seconds(app))
        app.save(force_insert=True)
        begin_history(APP, app)
    return app


def app_replace(
    *, caller: Caller, row: App, body: Mapping[str, Any], force_update: bool = False
) -> None:
    """Change a locked app from a validated body; what is absent is kept.

    Raises 147 (empty GVKN), 10, 122 or 124 (a namespace that the constraints of the caller's role do
    not reach, or that is gone), and for a body that restores it as ``restore_in_place``.
    """
    refuse_empty_filter(body)
    is_restore = restores(row, body, force_update=force_update)
    columns = restamp(row, caller, body)
    columns += registry.resource(APP.kind).members.apply(row, body)
    if caller.writes is not None and "namespaceScopedResources" in body:
        refuse_missing_namespaces(row, body, caller.writes)
    if is_restore:
        columns += restore_in_place(caller, row, body, force_update=force_update)
    row.save(update_fields=columns)


def refuse_busy(app: App) -> None:
    """Raise what keeps an app from being unmanaged.

    What a family above says; problem 112 while it is on its way to ready (discovered, provisioned,
    restored), 157 while a backup of it is in progress.
    """
    for refuse in keeping_apps:
        refuse(app)
    if app.state in APP.unfinished:
        raise ApiProblem(problems.APP_NOT_READY)
    if is_backed_up(app):
        raise ApiProblem(problems.APP_BACKUP_IN_PROGRESS)


def app_delete(app: App, now: datetime) -> None:
    """Unmanage a locked app: it, its schedules and hooks go, its snapshots and backups stay."""
    count = app.transition_count + 1
    App.objects.filter(id=app.id).update(deleted_at=now, transition_count=count)
    Schedule.objects.filter(app=app).delete()
    if app.has_hooks:
        hooking.forget(app.id)
