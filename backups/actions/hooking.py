"""What runs in an app around an action, as backups and snapshots ask it of the family that has hooks.

The one way to ask, for every action: `snapshot`, `backup`, `restore`, `failover`. Without such a family
nothing runs.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from backups.actions.drafting import AppFacts, BackupWanted
from backups.models import App
from backups.models.protection import HookState

# An element of `hookStateDetails`.
Detail = Mapping[str, str]


def _nothing(account_id: uuid.UUID, app_id: uuid.UUID, *actions: str) -> tuple[Detail, ...]:
    return ()


def _nobody(app_id: uuid.UUID) -> None:
    return None


@dataclass(slots=True)
class Hooking:
    """Set by the family that has hooks.

    ``run`` is given the ids of account and app and the actions, in order, and returns what each hook
    that runs says. ``forget`` is given the id of an app that is unmanaged.
    """

    run: Callable[..., tuple[Detail, ...]] = _nothing
    forget: Callable[[uuid.UUID], None] = _nobody


hooking = Hooking()


def said_around(app: App, action: str) -> tuple[Detail, ...]:
    """Return what the hooks of an app say that run once it was restored, or failed over."""
    return hooking.run(app.account_id, app.id, action) if app.has_hooks else ()


def hooked(account_id: uuid.UUID, app: AppFacts, wanted: BackupWanted) -> BackupWanted:
    """Return what is wanted with what the app's hooks say, unless its fate has decided that."""
    if not app.has_hooks or wanted.fate.hook_state == HookState.FAILED:
        return wanted
    takes_snapshot = wanted.snapshot_id is None
    snapshot = hooking.run(account_id, app.id, "snapshot") if takes_snapshot else ()
    backup = hooking.run(account_id, app.id, "backup") if wanted.makes_backup else ()
    fate = replace(wanted.fate, hook_details=(*snapshot, *backup))
    return replace(wanted, fate=fate, snapshot_hooks=snapshot)
