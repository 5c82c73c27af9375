"""What runs in an app: the hooks that match, as snapshots, backups, restores and fail-overs show them.

An app says whether to ask at all (``App.has_hooks``): what is kept here on every write of a hook.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from backups.actions.hooking import Detail
from backups.models import App
from hooks.matching import Container, containers_of, matching
from hooks.models import Action, ExecutionHook, ExecutionHookOverride, Stage
from installation.actions.settings import is_enabled
from installation.wellknown import EXECUTION_HOOKS

DETAIL_TYPE = "https://astra.netapp.io/stateDetails/executionHook"


def hooks_run(account_id: uuid.UUID, app_id: uuid.UUID, *actions: str) -> tuple[Detail, ...]:
    """Return what the hooks of an app that match say around the actions, in the order of running.

    Without the feature none runs.
    """
    if not is_enabled(account_id, EXECUTION_HOOKS):
        return ()
    name, namespaces = App.objects.values_list("name", "namespaces").get(id=app_id)
    containers = containers_of(name, namespaces)
    return tuple(
        _said(hook, found)
        for hook in _in_order(account_id, app_id, actions)
        if (found := matching(hook.matching_criteria, containers))
    )


def _in_order(
    account_id: uuid.UUID, app_id: uuid.UUID, actions: tuple[str, ...]
) -> Iterator[ExecutionHook]:
    overrides = dict(
        ExecutionHookOverride.objects.filter(app_id=app_id).values_list(
            "execution_hook_id", "is_enabled"
        )
    )
    hooks = ExecutionHook.objects.filter(Q(app_id=app_id) | Q(app=None), action__in=actions)
    stages = list(Stage)
    for hook in sorted(
        hooks.filter(account_id=account_id).order_by("created_at", "id"),
        key=lambda hook: (actions.index(hook.action), stages.index(Stage(hook.stage))),
    ):
        if overrides.get(hook.id, hook.is_enabled):
            yield hook


def _said(hook: ExecutionHook, containers: list[Container]) -> Detail:
    number = len(containers)
    where = f"{number} container{'s' if number > 1 else ''}"
    return {
        "type": DETAIL_TYPE,
        "title": "Execution hook completed",
        "detail": f"{hook.name} ({hook.stage}-{Action(hook.action)}) ran in {where}.",
    }


def keep_has_hooks(account_id: uuid.UUID, *app_ids: uuid.UUID | None) -> None:
    """Have apps say whether they have hooks; None: all of the account."""
    apps = App.objects.filter(account_id=account_id)
    for app_id in app_ids:
        if app_id is None:
            apps.filter(has_hooks=False).update(has_hooks=True)
        else:
            apps.filter(id=app_id).update(has_hooks=_has_hooks(account_id, app_id))


def _has_hooks(account_id: uuid.UUID, app_id: uuid.UUID) -> bool:
    of_the_app = ExecutionHook.objects.filter(Q(app_id=app_id) | Q(app=None))
    return of_the_app.filter(account_id=account_id).exists()


def hooks_begin(instance: App, **signal: Any) -> None:
    """Have an app that is being made say whether it has hooks: those of any app."""
    if instance._state.adding and not instance.has_hooks:
        hooks = ExecutionHook.objects.filter(account_id=instance.account_id, app=None)
        instance.has_hooks = hooks.exists()


def hooks_forget(app_id: uuid.UUID) -> None:
    """Delete the hooks and overrides of an app that is unmanaged."""
    ExecutionHookOverride.objects.filter(app_id=app_id).delete()
    ExecutionHook.objects.filter(app_id=app_id).delete()
