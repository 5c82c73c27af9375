"""Backups made with chosen ids and fates, and what is read back of them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.models import Account, Role
from astra.api.dice import Dice
from astra.engine.models import Transition
from astra.engine.stages import Fate
from backups.actions.app_backups import app_backup_create
from backups.actions.drafting import BackupWanted
from backups.models import App, AppBackup, Snapshot
from tests.world import START

COMPLETED = Fate("completed")
_STAGED = (
    "state state_unready hook_state hook_state_details modified_at transition_count"
    " next_transition_at discovering_at running_at ends_at outcome outcome_reasons"
    " outcome_hook_state outcome_hook_details"
)
STAGED = tuple(_STAGED.split())
OF_BACKUPS = ["full_at", "snapshot_shown", "snapshot_id", "owns_snapshot", "total_bytes"]


@dataclass
class Ids(Dice):
    """Dice that hand out the ids they were given."""

    left: list[uuid.UUID] = field(default_factory=list)

    def new_id(self) -> uuid.UUID:
        return self.left.pop(0)


def id_of(number: int) -> uuid.UUID:
    """A version 4 id that is easy to tell."""
    return uuid.UUID(int=number << 96 | 0x4000_8000_0000_0000_0000, version=4)


def caller(account: Account, ids: Iterable[uuid.UUID]) -> Caller:
    """Somebody who calls at the account's instant and draws these ids."""
    clock = account.clock_sim, account.clock_real, account.clock_rate
    return Caller(
        account.id,
        id_of(0xCA11),
        Role.OWNER,
        *clock,
        Ids(list(ids)),
        seed=account.seed,
        stage_delays=account.stage_delays,
        immediate_kinds=account.immediate_kinds,
    )


def make(
    app: App,
    number: int = 1,
    *,
    fate: Fate = COMPLETED,
    snapshot_fate: Fate = COMPLETED,
    **wanted: Any,
) -> AppBackup:
    """Create a backup with the id of that number; its own snapshot has the id of its negative."""
    ids = (id_of(number), own_snapshot_id(number))
    body = BackupWanted(version="1.1", fate=fate, snapshot_fate=snapshot_fate, **wanted)
    made = app_backup_create(caller=caller(app.account, ids), app_id=app.id, wanted=body)
    return AppBackup.objects.get(id=made.id)


def own_snapshot_id(number: int) -> uuid.UUID:
    return id_of(0x8000_0000 | number)


def row(resource: AppBackup | Snapshot, *names: str) -> dict[str, Any]:
    """The resource as it is stored now: those columns, or all that a lifecycle has to do with."""
    resource.refresh_from_db()
    further = OF_BACKUPS if isinstance(resource, AppBackup) else []
    return {name: getattr(resource, name) for name in names or (*STAGED, *further)}


def history(resource_id: uuid.UUID) -> list[tuple[str, str, str, datetime]]:
    """The steps of a resource: from, to, reason, when. Their numbers have no gap."""
    steps = list(Transition.objects.filter(resource_id=resource_id).order_by("sequence"))
    assert [step.sequence for step in steps] == list(range(len(steps)))
    return [(step.from_state, step.to_state, step.reason, step.at) for step in steps]


def after(seconds: float) -> datetime:
    """That long after the start."""
    return START + timedelta(seconds=seconds)
