"""What a tester does to backups and snapshots by hand, beside the API: end them, or hurry them on.

The admin site and the control surface come through here. Each action is one transaction that holds
the accounts of the rows, rewrites their fate and leaves history; what was due before it happens
before it. Rows that an action does not apply to are refused, each with the reason.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction

from astra.engine import ending
from astra.engine.barriers import advance_to
from astra.engine.registry import registration
from astra.engine.settling import Hop
from backups.lifecycle import APP_BACKUP, FAILED, PENDING, SNAPSHOT
from backups.models import AppBackup, Snapshot

# What can be held while its action runs: the rows of one account, at its instant.
_Act = Callable[["_Held"], None]


@dataclass(frozen=True, slots=True)
class Steered:
    """What an action did: its steps in order, and why it left the other rows alone."""

    hops: list[Hop] = field(default_factory=list)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    """The chosen rows of one held account."""

    account_id: uuid.UUID
    ids: Sequence[uuid.UUID]
    now: datetime
    hops: list[Hop]

    @property
    def where(self) -> dict[str, Any]:
        """What every rewriting of their fate is told."""
        return {"account_id": self.account_id, "now": self.now}

    def settle(self) -> None:
        """Carry out what the action made due."""
        advance_to(self.account_id, self.now, hops=self.hops)

    def own_snapshots(self, **only: Any) -> list[uuid.UUID]:
        """Return the unfinished snapshots that the chosen backups made."""
        own = Snapshot.objects.filter(
            appbackup__in=AppBackup.objects.filter(id__in=self.ids, owns_snapshot=True, **only),
            state__in=SNAPSHOT.unfinished,
        )
        return list(own.order_by("id").values_list("id", flat=True))


def end_backups(*, ids: Iterable[uuid.UUID], outcome: str, reason: str) -> Steered:
    """End backups as failed, removed or unknown, now; ``reason`` shows in `stateUnready`.

    Bytes of a completed backup leave its bucket. Raises ``ValueError`` for another outcome.
    """

    def act(held: _Held) -> None:
        held.hops.extend(_end(APP_BACKUP.kind, held, held.ids, outcome, reason))

    return _steer(AppBackup, ids, act, f"cannot become {outcome}")


def end_snapshots(*, ids: Iterable[uuid.UUID], outcome: str, reason: str) -> Steered:
    """End snapshots as failed, removed or unknown, now; backups that wait for them fail with them.

    Raises ``ValueError`` for another outcome.
    """

    def act(held: _Held) -> None:
        ended = _end(SNAPSHOT.kind, held, held.ids, outcome, reason)
        waiting = AppBackup.objects.filter(
            snapshot_id__in=[hop.resource_id for hop in ended], owns_snapshot=True, state=PENDING
        ).values_list("id", flat=True)
        failed = _end(APP_BACKUP.kind, held, list(waiting), FAILED, reason)
        held.hops.extend([*ended, *failed])

    return _steer(Snapshot, ids, act, f"cannot become {outcome}")


def fail_hooks(*, ids: Iterable[uuid.UUID], details: Sequence[Mapping[str, Any]]) -> Steered:
    """Let the hooks of backups, and of the snapshots they made, have failed.

    ``details`` become `hookStateDetails`: objects with `type`, `title` and `detail`. The state of
    the rows goes on as before; the history has a step from it to itself.
    """

    def act(held: _Held) -> None:
        own = Snapshot.objects.filter(appbackup__in=held.ids, appbackup__owns_snapshot=True)
        snapshots = list(own.order_by("id").values_list("id", flat=True))
        held.hops.extend(_fail_hooks(SNAPSHOT.kind, held, snapshots, details))
        held.hops.extend(_fail_hooks(APP_BACKUP.kind, held, held.ids, details))

    return _steer(AppBackup, ids, act, "has no hooks")


def fail_snapshot_hooks(
    *, ids: Iterable[uuid.UUID], details: Sequence[Mapping[str, Any]]
) -> Steered:
    """Let the hooks of snapshots have failed; see ``fail_hooks``."""

    def act(held: _Held) -> None:
        held.hops.extend(_fail_hooks(SNAPSHOT.kind, held, held.ids, details))

    return _steer(Snapshot, ids, act, "has no hooks")


def take_next_step(*, backup_ids: Iterable[uuid.UUID]) -> Steered:
    """Let backups take their next step now; the later ones come earlier by the same span.

    A pending backup whose own snapshot is under way has that end first, as its fate says.
    """

    def act(held: _Held) -> None:
        ending.finish_now(
            registration(SNAPSHOT.kind),
            ids=held.own_snapshots(state=PENDING),
            succeed=False,
            **held.where,
        )
        ending.hasten(registration(APP_BACKUP.kind), ids=held.ids, **held.where)
        held.settle()

    return _steer(AppBackup, backup_ids, act, "has no next step")


def take_next_snapshot_step(*, snapshot_ids: Iterable[uuid.UUID]) -> Steered:
    """Let snapshots take their next step now; backups that wait for them keep their instants."""

    def act(held: _Held) -> None:
        ending.hasten(registration(SNAPSHOT.kind), ids=held.ids, **held.where)
        held.settle()

    return _steer(Snapshot, snapshot_ids, act, "has no next step")


def complete_now(ids: Iterable[uuid.UUID]) -> Steered:
    """Let unfinished backups be completed now, whatever their fate was; their own snapshots too."""

    def act(held: _Held) -> None:
        snapshots = held.own_snapshots(state__in=APP_BACKUP.unfinished)
        ending.finish_now(registration(SNAPSHOT.kind), ids=snapshots, **held.where)
        ending.finish_now(registration(APP_BACKUP.kind), ids=held.ids, **held.where)
        held.settle()

    return _steer(AppBackup, ids, act, "cannot become completed")


def _steer(
    model: type[AppBackup | Snapshot], ids: Iterable[uuid.UUID], act: _Act, refusal: str
) -> Steered:
    """Run an action on rows, account by account in the order of their ids, in one transaction."""
    wanted = list(dict.fromkeys(ids))
    steered = Steered()
    with transaction.atomic():
        rows = model.objects.filter(id__in=wanted).only("account_id").order_by("account_id", "id")
        for account_id, group in groupby(rows, attrgetter("account_id")):
            own = [row.id for row in group]
            act(_Held(account_id, own, ending.hold_account(account_id), steered.hops))
        moved = {hop.resource_id for hop in steered.hops}
        states = dict(model.objects.filter(id__in=wanted).values_list("id", "state"))
    for identifier in wanted:
        if identifier not in states:
            steered.refused[identifier] = "does not exist"
        elif identifier not in moved:
            steered.refused[identifier] = f"is {states[identifier]}, {refusal}"
    return steered


def _end(kind: str, held: _Held, ids: Sequence[uuid.UUID], outcome: str, reason: str) -> list[Hop]:
    return ending.end_now(registration(kind), ids=ids, outcome=outcome, reason=reason, **held.where)


def _fail_hooks(
    kind: str, held: _Held, ids: Sequence[uuid.UUID], details: Sequence[Mapping[str, Any]]
) -> list[Hop]:
    return ending.fail_hooks(registration(kind), ids=ids, details=details, **held.where)
