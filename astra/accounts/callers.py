"""Who calls: from a bearer token to user, role, account and clock, in one prepared statement."""

import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from astra.accounts.clocks import clock_instant
from astra.accounts.models import Account, AccountState, Role, UserState
from astra.accounts.tokens import digest
from astra.api.dice import NIL_ID, RANDOM_DICE, Dice, SeededDice
from astra.api.problems import INVALID_TOKEN, NOT_PERMITTED, ApiProblem
from astra.api.statements import Statement

_WHO_CALLS = Statement("""
    SELECT account.id, caller.id, binding.role, token.expires_at,
           caller.is_enabled AND caller.state = %(user_active)s
               AND account.is_enabled AND account.state = %(account_active)s,
           account.clock_sim, account.clock_real, account.clock_rate, account.seed,
           account.stage_delays, account.immediate_kinds, account.revision,
           account.clock_target IS NOT NULL, account.has_faults
    FROM accounts_token token
    JOIN accounts_user caller ON caller.id = token.user_id
    JOIN accounts_account account ON account.id = token.account_id
    LEFT JOIN accounts_rolebinding binding ON binding.user_id = caller.id
    WHERE token.digest = %(digest)s
""")

_ACCOUNT = Statement("""
    SELECT clock_sim, clock_real, clock_rate, seed, stage_delays, immediate_kinds, revision
    FROM accounts_account WHERE id = %(account)s
""")

_DRAW = Statement(
    "UPDATE accounts_account SET draws = draws + 1 WHERE id = %(account)s RETURNING draws"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The user behind a request, with the role and the clock of the account."""

    account_id: uuid.UUID
    user_id: uuid.UUID
    role: Role
    clock_sim: datetime
    clock_real: datetime
    clock_rate: float
    dice: Dice
    is_advancing: bool = False
    # The account has fault rules, so that they must be asked.
    has_faults: bool = False
    # What the account says of new rows; see ``astra.engine.plan``.
    seed: int = 0
    stage_delays: Mapping[str, float] = field(default_factory=dict)
    immediate_kinds: Sequence[str] = ()
    # Changes with every write to the account's row but that of draws; None: it was not asked for.
    revision: uuid.UUID | None = None

    # DRF and Django ask a request's user for these.
    is_authenticated = True
    is_active = True

    def now(self) -> datetime:
        return clock_instant(self.clock_sim, self.clock_real, self.clock_rate)


def caller_of(token: str) -> Caller:
    """Return who a bearer token stands for.

    Raises problem 4 (401) for an unknown, revoked or expired token, 11 (403) for a disabled user, an
    inactive account or a user without a role.
    """
    row = _WHO_CALLS.fetch_one(
        {
            "digest": digest(token),
            "user_active": UserState.ACTIVE.value,
            "account_active": AccountState.ACTIVE.value,
        }
    )
    if row is None:
        raise ApiProblem(INVALID_TOKEN)
    account_id, user_id, role, expires_at, enabled, sim, real, rate, seed, *pace = row
    stage_delays, immediate_kinds, revision, advancing, faults = pace
    if expires_at is not None and expires_at <= clock_instant(sim, real, rate):
        raise ApiProblem(INVALID_TOKEN)
    if not enabled or role is None:
        raise ApiProblem(NOT_PERMITTED)
    return Caller(
        account_id=account_id,
        user_id=user_id,
        role=Role(role),
        clock_sim=sim,
        clock_real=real,
        clock_rate=rate,
        is_advancing=advancing,
        dice=_dice(account_id, rate, seed),
        has_faults=faults,
        seed=seed,
        stage_delays=stage_delays,
        immediate_kinds=immediate_kinds,
        revision=revision,
    )


def asked_again(caller: Caller) -> Caller:
    """Return the caller with the account as it is now. Raises problem 11 (403) when it is gone."""
    row = _ACCOUNT.fetch_one({"account": caller.account_id})
    if row is None:
        raise ApiProblem(NOT_PERMITTED)
    sim, real, rate, seed, stage_delays, immediate_kinds, revision = row
    return replace(
        caller,
        clock_sim=sim,
        clock_real=real,
        clock_rate=rate,
        seed=seed,
        stage_delays=stage_delays,
        immediate_kinds=immediate_kinds,
        revision=revision,
    )


def system_caller(account: Account) -> Caller:
    """Return who acts when a person uses the admin site: the nil user, with every right."""
    return Caller(
        account_id=account.pk,
        user_id=NIL_ID,
        role=Role.OWNER,
        clock_sim=account.clock_sim,
        clock_real=account.clock_real,
        clock_rate=account.clock_rate,
        dice=_dice(account.pk, account.clock_rate, account.seed),
        has_faults=account.has_faults,
        seed=account.seed,
        stage_delays=account.stage_delays,
        immediate_kinds=account.immediate_kinds,
    )


def _dice(account_id: uuid.UUID, rate: float, seed: int) -> Dice:
    """Return the dice of an account: under a manual clock its ids are drawn from its seed."""
    return RANDOM_DICE if rate else SeededDice(seed, functools.partial(draw_number, account_id))


def draw_number(account_id: uuid.UUID) -> int:
    """Return the account's next draw number (manual clocks only: it is a write to the account)."""
    row = _DRAW.fetch_one({"account": account_id})
    return int(row[0]) if row else 0
