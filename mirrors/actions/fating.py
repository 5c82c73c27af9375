"""What the account's fault rules decide of mirrors and of their transfers."""

from datetime import datetime
from typing import Any

from astra.accounts.callers import Caller
from astra.engine.stages import Fate
from astra.faults.effects.base import Fates
from astra.faults.fates import creation, fate_rules
from backups.actions.fating import with_hooks
from backups.actions.hooking import said_around
from backups.faults.effects import APP
from mirrors.faults import CREATED, REPLACED, TRANSFERRED
from mirrors.lifecycle import FAILED_OVER
from mirrors.models import AppMirror


def fate_of_mirror(
    caller: Caller, mirror: AppMirror, outcome: str, *, is_new: bool = False
) -> Fate:
    """Return how a mirror that is on its way to ``outcome`` is to end. Within its transaction."""
    fails_over = outcome == FAILED_OVER
    usual = Fate(outcome, said_around(mirror.source_app, "failover") if fails_over else ())
    if not caller.has_faults:
        return usual
    path = f"/accounts/{caller.account_id}/k8s/v1/appMirrors"
    chosen = _choose(
        mirror,
        CREATED if is_new else REPLACED,
        caller.now(),
        path=path if is_new else f"{path}/{mirror.id}",
        method="POST" if is_new else "PUT",
    )
    return with_hooks(chosen.own, usual)


def reasons_of_transfer(mirror: AppMirror, at: datetime) -> list[Any]:
    """Return why a transfer that begins is to fail; empty if it is not."""
    if not mirror.account.has_faults:
        return []
    chosen = _choose(mirror, TRANSFERRED, at)
    return list(chosen.own.reasons) if chosen.own else []


def _choose(mirror: AppMirror, operation: str, now: datetime, **call: Any) -> Fates:
    with fate_rules(mirror.account_id) as rules:
        subject = creation(
            operation,
            about=lambda: {APP.name: mirror.source_app_id},
            name=None,
            now=now,
            **call,
        )
        return rules.choose(subject)
