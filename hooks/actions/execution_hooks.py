"""Create, replace and delete execution hooks."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import COLLECTION_NOT_FOUND, INVALID_FIELDS, ApiProblem, refusal
from astra.resources import registry
from astra.resources.actions import find_references, refusing_taken, replace_members
from backups.models import App
from hooks import kinds
from hooks.actions.guarding import refuse_off
from hooks.actions.running import keep_has_hooks
from hooks.matching import containers_of, matching
from hooks.models import Action, ExecutionHook, ExecutionHookOverride, HookType


def execution_hook_create(
    *, caller: Caller, body: Mapping[str, Any], app_id: uuid.UUID | None = None
) -> ExecutionHook:
    """Create a hook from a validated body; ``app_id`` is the path's app, if it has one.

    Raises problem 168 while the feature is off, 73 for a hook of NetApp's, 2 when the path's app is
    none, 9 for an app or a source that is none and for what does not go together, 162 for an app that
    cannot be failed over, 10 for a name that is taken and for a read-only label.
    """
    refuse_off(caller)
    if body["hookType"] == HookType.NETAPP:
        raise ApiProblem(kinds.HOOK_IS_NETAPP)
    resource = registry.resource(kinds.EXECUTION_HOOK.name)
    with transaction.atomic():
        app = _app(caller, app_id, body["appID"])
        hook = ExecutionHook(**stamps(caller, body))
        resource.members.apply(hook, body)
        resource.complete(hook, hook.created_at)
        find_references(resource, caller, body)
        refuse_failover(hook, app)
        match_anew(hook, app)
        with refusing_taken(resource.taken):
            hook.save(force_insert=True)
        keep_has_hooks(caller.account_id, app.id)
    return hook


def _app(caller: Caller, of_path: uuid.UUID | None, of_body: uuid.UUID) -> App:
    """Return the app, held against being unmanaged meanwhile."""
    if of_path not in (None, of_body):
        raise refusal(INVALID_FIELDS, "appID", "Must be the app of the URL.")
    managed = App.objects.select_for_update(no_key=True).filter(
        id=of_body, account__checked=caller.account_id, deleted_at__checked=None
    )
    app = managed.first()
    if app is None and of_path is not None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    if app is None:
        raise refusal(INVALID_FIELDS, "appID", "The account manages no such app.")
    return app


def refuse_failover(hook: ExecutionHook, app: App) -> None:
    """Raise problem 162 for a hook on the fail-over of an app that is on no cluster."""
    if hook.action == Action.FAILOVER and app.cluster_id is None:
        raise ApiProblem(kinds.FAILOVER_NOT_SUPPORTED)


def match_anew(hook: ExecutionHook, app: App) -> None:
    """Note which containers of its app a hook matches."""
    found = matching(hook.matching_criteria, containers_of(app.name, app.namespaces))
    hook.matching_containers = [container.as_json() for container in found]


def execution_hook_replace(*, caller: Caller, row: ExecutionHook, body: Mapping[str, Any]) -> None:
    """Change a locked hook from a validated body. Raises 9, 10 and 162 as ``execution_hook_create``."""
    replace_members(registry.resource(kinds.EXECUTION_HOOK.name), caller=caller, row=row, body=body)
    if row.app is not None:
        refuse_failover(row, row.app)
        match_anew(row, row.app)
        row.save(update_fields=["matching_containers"])


def execution_hook_delete(row: ExecutionHook, now: datetime) -> None:
    """Delete a locked hook."""
    ExecutionHookOverride.objects.filter(execution_hook=row).delete()
    row.delete()
    if row.app_id is not None:
        keep_has_hooks(row.account_id, row.app_id)
