"""What a tester does to backups and snapshots by hand, beside the API: end them, or hurry them on.

The admin site and the control surface come through here. Each action is one transaction that holds
the accounts of the rows, rewrites their fate and leaves history; what was due before it happens
before it. Rows that an action does not apply to are refused, each with the reason. Backups and the
snapshots that they make stand and fall together: each action says what it does to the others.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from astra.engine import ending
from astra.engine.barriers import advance_to
from astra.engine.registry import registration
from astra.engine.settling import Hop
from backups.lifecycle import APP_BACKUP, COMPLETED, FAILED, PENDING, SNAPSHOT
from backups.models import AppBackup, Snapshot

Kind = type[AppBackup] | type[Snapshot]
Details = Sequence[Mapping[str, Any]]
_KINDS: Mapping[Kind, str] = {AppBackup: APP_BACKUP.kind, Snapshot: SNAPSHOT.kind}
# Why a row is left alone, behind what it is.
_CANNOT_BECOME, _NO_NEXT_STEP = "cannot become {}", "has no next step"


@dataclass(frozen=True, slots=True)
class Steered:
    """What an action did: its steps in order, and why it left the other rows alone."""

    hops: list[Hop] = field(default_factory=list)
    refused: dict[uuid.UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    """The chosen rows of one held account, at its instant."""

    model: Kind
    ids: Sequence[uuid.UUID]
    account_id: uuid.UUID
    now: datetime
    hops: list[Hop]

    def rows(self, model: Kind, ids: Iterable[uuid.UUID]) -> ending.Rows:
        """Return rows of the account whose fate can be rewritten."""
        return ending.Rows(registration(_KINDS[model]), self.account_id, list(ids), self.now)

    def settle(self) -> None:
        """Carry out what the action made due."""
        advance_to(self.account_id, self.now, hops=self.hops)

    def own_snapshots(self, **only: Any) -> QuerySet[Snapshot, uuid.UUID]:
        """Return the ids of the snapshots that the chosen backups made; chosen snapshots have none."""
        ids = self.ids if self.model is AppBackup else ()
        own = Snapshot.objects.filter(appbackup__in=ids, appbackup__owns_snapshot=True, **only)
        return own.order_by("id").values_list("id", flat=True)

    def waiting_backups(self, snapshot_ids: Iterable[uuid.UUID]) -> QuerySet[AppBackup, uuid.UUID]:
        """Return the ids of the backups that wait for snapshots which they made."""
        waiting = AppBackup.objects.filter(
            snapshot_id__in=list(snapshot_ids), owns_snapshot=True, state=PENDING
        )
        return waiting.values_list("id", flat=True)


# What is done to the chosen rows of one account.
_Act = Callable[[_Held], None]


def end(model: Kind, ids: Iterable[uuid.UUID], *, outcome: str, reason: str) -> Steered:
    """End rows as failed, removed or unknown, now; ``reason`` shows in `stateUnready`.

    Bytes of a completed backup leave its bucket; backups that wait for a snapshot fail with it.
    Raises ``ValueError`` for another outcome.
    """

    def act(held: _Held) -> None:
        ended = held.rows(model, held.ids).end_now(outcome=outcome, reason=reason)
        held.hops.extend(ended)
        if model is Snapshot:
            waiting = held.waiting_backups(hop.resource_id for hop in ended)
            held.hops.extend(held.rows(AppBackup, waiting).end_now(outcome=FAILED, reason=reason))

    return _steer(model, ids, act, _CANNOT_BECOME.format(outcome))


def fail_hooks(model: Kind, ids: Iterable[uuid.UUID], *, details: Details) -> Steered:
    """Let the hooks of rows have failed, and with backups those of the snapshots they made.

    ``details`` become `hookStateDetails`: objects with `type`, `title` and `detail`. The state of
    the rows goes on as before; the history has a step from it to itself.
    """

    def act(held: _Held) -> None:
        own = held.own_snapshots()
        held.hops.extend(held.rows(Snapshot, own).fail_hooks(details=details))
        held.hops.extend(held.rows(model, held.ids).fail_hooks(details=details))

    return _steer(model, ids, act, "has no hooks")


def take_next_step(model: Kind, ids: Iterable[uuid.UUID]) -> Steered:
    """Let rows take their next step now; the later ones come earlier by the same span.

    A pending backup whose own snapshot is under way has that end first, as its fate says. Backups
    that wait for a snapshot keep their instants.
    """

    def act(held: _Held) -> None:
        own = held.own_snapshots(state__in=SNAPSHOT.unfinished, appbackup__state=PENDING)
        held.rows(Snapshot, own).finish_now(succeed=False)
        held.rows(model, held.ids).hasten()
        held.settle()

    return _steer(model, ids, act, _NO_NEXT_STEP)


def complete(model: Kind, ids: Iterable[uuid.UUID]) -> Steered:
    """Let unfinished rows be completed now, whatever their fate was.

    The snapshots that such backups made are completed too.
    """

    def act(held: _Held) -> None:
        own = held.own_snapshots(
            state__in=SNAPSHOT.unfinished, appbackup__state__in=APP_BACKUP.unfinished
        )
        held.rows(Snapshot, own).finish_now()
        held.rows(model, held.ids).finish_now()
        held.settle()

    return _steer(model, ids, act, _CANNOT_BECOME.format(COMPLETED))


def end_refusal(row: AppBackup | Snapshot, outcome: str) -> str:
    """Return why a row, as it is, cannot be made to end so by ``end``; "" if it can."""
    lifecycle = registration(_KINDS[type(row)]).lifecycle
    if outcome in lifecycle.by_hand.get(row.state, ()):
        return ""
    return f"is {row.state}, {_CANNOT_BECOME.format(outcome)}"


def step_refusal(row: AppBackup | Snapshot) -> str:
    """Return why a row, as it is, takes no step by ``take_next_step``; "" if it does."""
    # One in pending may wait for a snapshot that is under way.
    if row.next_transition_at is not None or row.state == PENDING:
        return ""
    return f"is {row.state}, {_NO_NEXT_STEP}"


def completion_refusal(row: AppBackup | Snapshot) -> str:
    """Return why a row, as it is, cannot be completed by ``complete``; "" if it can."""
    if row.state in registration(_KINDS[type(row)]).lifecycle.unfinished:
        return ""
    return f"is {row.state}, {_CANNOT_BECOME.format(COMPLETED)}"


def _steer(model: Kind, ids: Iterable[uuid.UUID], act: _Act, refusal: str) -> Steered:
    """Run an action on rows, account by account in the order of their ids, in one transaction."""
    wanted = list(dict.fromkeys(ids))
    steered = Steered()
    with transaction.atomic():
        rows = model._default_manager.filter(id__in=wanted).only("account_id")
        for account_id, group in groupby(
            rows.order_by("account_id", "id"), attrgetter("account_id")
        ):
            own = [row.id for row in group]
            now = ending.hold_account(account_id)
            act(_Held(model, own, account_id, now, steered.hops))
        moved = {hop.resource_id for hop in steered.hops}
        states = dict(model._default_manager.filter(id__in=wanted).values_list("id", "state"))
    for identifier in wanted:
        if identifier not in states:
            steered.refused[identifier] = "does not exist"
        elif identifier not in moved:
            steered.refused[identifier] = f"is {states[identifier]}, {refusal}"
    return steered
