"""An account's clock: read it, set it, move it.

A manual clock moves by itself never, and with it everything that becomes due on the way: barrier by
barrier, each committed together with the clock. A long move can be left to the worker; meanwhile the
account is `advancing` and takes no writes. Source: `docs/architecture.md`, 'Barriers keep order', and
Stripe's test clocks.
"""

import contextlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, transaction

from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.finding import account_of
from astra.accounts.models import Account
from astra.api import problems
from astra.api.clock import LAST_INSTANT, TIME_ENDS, real_now, timestamp
from astra.api.media import with_values
from astra.api.problems import ApiProblem, refusal
from astra.api.statements import fetch
from astra.engine.barriers import advance_to, give_up_move, watched
from astra.engine.models import Transition
from astra.engine.registry import registrations
from astra.engine.settling import lock_account

READY = "ready"
ADVANCING = "advancing"
# Events shown in one answer; all of them are in the history.
MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Move:
    """What a move of the clock did; ``is_over`` False: the worker goes on with it."""

    account: Account
    events: list[Transition]
    event_count: int
    is_over: bool


def represent_clock(account: Account) -> dict[str, Any]:
    """Return the JSON of an account's clock."""
    target = account.clock_target
    document = {
        "mode": account.clock_mode,
        "rate": account.clock_rate,
        "now": timestamp(account.now()),
        "status": ADVANCING if target else READY,
        "target": target and timestamp(target),
    }
    return with_values(document)


def clock_set(
    *, account_id: uuid.UUID, mode: str, rate: float | None = None, now: datetime | None = None
) -> Account:
    """Change how the account's time goes; with ``now``, also move it forward to that instant.

    What is due by then is carried out. ``rate`` is for `scaled` alone. Raises problem 2 (no such
    account), 164 (advancing), 10 (the new time would lie before the present one).
    """
    wanted = ClockMode(mode)
    account = _resting(account_id)
    present = account.now()
    instant = real_now() if wanted == ClockMode.REAL else now or present
    if instant < present:
        reason = f"The account's time is {timestamp(present)} already."
        if now is None:
            reason += " A reset of the account, or a checkpoint, puts its clock back."
        raise _conflict("now" if now else "mode", reason)
    advance_to(account_id, instant)
    with transaction.atomic():
        lock_account(account_id)
        real = real_now()
        moved = Account.objects.select_for_update().get(id=account_id).now()
        clock = DeclaredClock(wanted, rate, max(instant, moved))
        Account.objects.filter(id=account_id).update(**clock.columns(real))
    return Account.objects.get(id=account_id)


def clock_advance(
    *,
    account_id: uuid.UUID,
    by: timedelta | None = None,
    to: datetime | None = None,
    step: bool = False,
    drain: bool = False,
    wait_seconds: float = 30.0,
) -> Move:
    """Move a manual clock: by a duration, to an instant, to the next thing due (``step``), or until
    nothing that exists is under way (``drain``).

    After ``wait_seconds`` the worker goes on with the rest; a clock that cannot be moved stays where it
    got to. Raises problem 2 (no such account), 164 (advancing already, or put back
    meanwhile), 10 (the clock is not manual, or the instant lies in its past or after
    ``LAST_INSTANT``).
    """
    account = _resting(account_id)
    if account.clock_mode != ClockMode.MANUAL:
        raise _conflict(
            "mode", f"Only a manual clock can be moved; this one is {account.clock_mode}."
        )
    target = _target(account, by, to, step=step, drain=drain)
    if target > LAST_INSTANT:
        raise _conflict("step" if step else "drain", TIME_ENDS)
    if target < account.clock_sim:
        raise _conflict("to", f"The account's time is {timestamp(account.clock_sim)} already.")
    if not _begin(account, target):
        raise ApiProblem(problems.UNEXPECTED_STATE)
    last_id = Transition.objects.filter(account_id=account_id).order_by("-id").values_list("id")[:1]
    newest = last_id[0][0] if last_id else 0
    deadline = time.monotonic() + wait_seconds
    _move(account_id, target, go_on=lambda: time.monotonic() < deadline)
    events = Transition.objects.filter(account_id=account_id, id__gt=newest).order_by("at", "id")
    account = account_of(account_id)
    if account.clock_sim < target and account.clock_target != target:
        raise ApiProblem(problems.UNEXPECTED_STATE)
    return Move(
        account=account,
        events=list(events[:MOST_EVENTS]),
        event_count=events.count(),
        is_over=account.clock_target is None,
    )


def _move(account_id: uuid.UUID, target: datetime, *, go_on: Callable[[], bool]) -> None:
    try:
        advance_to(account_id, target, announced=True, go_on=go_on)
    except Exception:
        # Should the database be away, the worker takes it up again.
        with contextlib.suppress(Error):
            give_up_move(account_id, target)
        raise


def _resting(account_id: uuid.UUID) -> Account:
    account = account_of(account_id)
    if account.clock_target is not None:
        raise ApiProblem(problems.UNEXPECTED_STATE)
    return account


def _begin(account: Account, target: datetime) -> bool:
    """Announce the move; False when somebody else did meanwhile, or changed the clock."""
    return bool(
        Account.objects.filter(
            id=account.id,
            clock_target=None,
            clock_mode=ClockMode.MANUAL,
            clock_sim=account.clock_sim,
        ).update(clock_target=target)
    )


def _target(
    account: Account, by: timedelta | None, to: datetime | None, *, step: bool, drain: bool
) -> datetime:
    if to is not None:
        return to
    if by is not None:
        if by > LAST_INSTANT - account.clock_sim:
            raise _conflict("by", TIME_ENDS)
        return account.clock_sim + by
    if step:
        return _extreme("min", watched(), account)
    assert drain
    return _extreme("max", [(item.table, "ends_at") for item in registrations()], account)


def _extreme(function: str, columns: list[tuple[str, str]], account: Account) -> datetime:
    """Return the first or last of the account's instants to come; its present one if none is."""
    instants = " UNION ALL ".join(
        f"SELECT {function}({column}) AS at FROM {table} WHERE account_id = %(account)s"
        f" AND {column} > %(now)s"
        + (" AND next_transition_at IS NOT NULL" if column == "ends_at" else "")
        for table, column in columns
    )
    ((found,),) = fetch(
        f"SELECT {function}(at) FROM ({instants}) AS instants",
        {"account": account.id, "now": account.clock_sim},
    )
    return found or account.clock_sim


def _conflict(field: str, reason: str) -> ApiProblem:
    return refusal(problems.CONFLICT, field, reason)
