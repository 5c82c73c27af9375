"""Accounts with execution hooks."""

from typing import Any

from astra.accounts.beginnings import begin_accounts
from astra.accounts.models import Account
from backups.models import App
from hooks import kinds
from hooks.actions.execution_hooks import match_anew
from hooks.actions.running import keep_has_hooks
from hooks.models import ExecutionHook, HookSource
from installation.models import Setting
from installation.wellknown import EXECUTION_HOOKS
from tests import world

# `echo freeze`
SOURCE = "ZWNobyBmcmVlemUK"


def turn(account: Account, state: str) -> None:
    """Turn the feature of an account on or off: true or false."""
    begin_accounts([account])
    Setting.objects.filter(account=account, name=EXECUTION_HOOKS).update(
        current_config={"isEnabled": state}
    )


def make_source(account: Account, **values: Any) -> HookSource:
    defaults: dict[str, Any] = {
        "name": f"source-{world.some_id()}",
        "version": kinds.HOOK_SOURCE.versions[0],
        "source": SOURCE,
        **world.AWAKE,
    }
    return HookSource.objects.create(account=account, **(defaults | values))


def make_hook(account: Account, app: App | None, **values: Any) -> ExecutionHook:
    """A hook of an app; without one, of NetApp's."""
    defaults: dict[str, Any] = {
        "name": f"hook-{world.some_id()}",
        "version": kinds.EXECUTION_HOOK.versions[0],
        "hook_type": "netapp" if app is None else "custom",
        "action": "snapshot",
        "stage": "pre",
        **world.AWAKE,
    }
    if "hook_source" not in values:
        values["hook_source"] = make_source(account)
    hook = ExecutionHook(account=account, app=app, **(defaults | values))
    if app is not None:
        match_anew(hook, app)
    hook.save(force_insert=True)
    keep_has_hooks(account.id, hook.app_id)
    return hook
