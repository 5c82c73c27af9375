"""Who calls: from a bearer token to user, role, account and clock.

Asked in one prepared statement, or remembered, and then proved by the statement that does the work: its
``PROOF`` holds as long as nobody wrote to any of the rows that say who calls. What is remembered may be
out of date, but decides nothing.
"""

import functools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from astra.accounts.clocks import clock_instant
from astra.accounts.models import Account, AccountState, Role, UserState
from astra.accounts.tokens import digest
from astra.api.dice import NIL_ID, RANDOM_DICE, Dice, SeededDice
from astra.api.problems import INVALID_TOKEN, NOT_PERMITTED, ApiProblem
from astra.api.statements import Statement

_WHO_CALLS = Statement("""
    SELECT account.id, caller.id, token.expires_at,
           (SELECT jsonb_agg(jsonb_build_array(role, constraints)) FROM (
                SELECT role, constraints FROM accounts_rolebinding WHERE user_id = caller.id
                UNION ALL
                SELECT of_group.role, of_group.constraints
                FROM accounts_membership AS membership
                JOIN accounts_rolebinding AS of_group ON of_group.group_id = membership.group_id
                WHERE membership.user_id = caller.id
           ) AS binding),
           caller.is_enabled AND caller.state = %(user_active)s
               AND account.is_enabled AND account.state = %(account_active)s,
           account.clock_sim, account.clock_real, account.clock_rate, account.seed,
           account.stage_delays, account.immediate_kinds, account.revision,
           account.clock_target IS NOT NULL, account.has_faults,
           token.revision, caller.revision
    FROM accounts_token token
    JOIN accounts_user caller ON caller.id = token.user_id
    JOIN accounts_account account ON account.id = token.account_id
    WHERE token.digest = %(digest)s
""")

# Of what is found by its key alone, see ``astra.api.lookups``. Whatever a user may do changes its row's
# revision.
PROOF_OF_USER = """
    EXISTS (SELECT FROM accounts_token AS token
            JOIN accounts_user AS caller ON caller.id = token.user_id
            WHERE token.digest = %(caller_digest)s
              AND (token.revision = %(caller_token)s) IS TRUE
              AND (caller.revision = %(caller_user)s) IS TRUE)
"""
PROOF_OF_ACCOUNT = "(revision = %(caller_account)s) IS TRUE"
_ACCOUNT = Statement("""
    SELECT clock_sim, clock_real, clock_rate, seed, stage_delays, immediate_kinds, revision
    FROM accounts_account WHERE id = %(account)s
""")

_DRAW = Statement(
    "UPDATE accounts_account SET draws = draws + 1 WHERE id = %(account)s RETURNING draws"
)


PROVED_OF_TOKEN = ("caller_digest", "caller_token", "caller_user")
_PROVED = (*PROVED_OF_TOKEN, "caller_account")
_ROLES = {role.value: role for role in Role}
_RANKS = {role: rank for rank, role in enumerate(Role)}
# The constraints of roles together, as they were given; None reaches everything.
Scope: TypeAlias = frozenset[str]
_EVERYTHING = "*"
# Callers by the digest of their token, as they were when they were last asked for.
_remembered: "dict[str, Caller]" = {}
_MOST_REMEMBERED = 10_000
# Whoever has more is asked for each time, or thousands would be remembered of each token.
_MOST_CONSTRAINTS = 100


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
    # The values of ``PROOF``; those of the token None where no token was sent.
    proof: Mapping[str, Any] = field(default_factory=lambda: dict.fromkeys(_PROVED))
    expires_at: datetime | None = None
    # What its roles reach, and those of them that may write (``astra.resources.reach``).
    reads: Scope | None = None
    writes: Scope | None = None
    # Not asked for by this request: whatever is not proved is to be asked for.
    is_remembered: bool = False
    # Of a clock that stands still, which is of one request alone: see ``note_due``.
    due: list[datetime] = field(default_factory=list)

    PROOF: ClassVar[str] = f"""{PROOF_OF_USER} AND EXISTS (
        SELECT FROM accounts_account WHERE id = %(account)s AND {PROOF_OF_ACCOUNT})"""

    @property
    def reads_write(self) -> bool:
        """Whether a read may write to the account too: its rules count calls, or it counts its draws."""
        return self.has_faults or not self.clock_rate

    def now(self) -> datetime:
        return clock_instant(self.clock_sim, self.clock_real, self.clock_rate)

    def note_due(self, *instants: datetime | None) -> None:
        """Note of what the call makes when it goes on, if that is now and the clock stands still.

        It is carried out once the call is committed, before its answer leaves: nobody else shall see
        what is on its way at an instant at which it has ended.
        """
        if not self.clock_rate:
            self.due.extend(at for at in instants if at is not None and at <= self.clock_sim)


def caller_of(token: str) -> Caller:
    """Return who a bearer token stands for.

    Raises problem 4 (401) for an unknown, revoked or expired token, 11 (403) for a disabled user, an
    inactive account or a user without a role.
    """
    return _caller_of(digest(token))


def remembered(token: str) -> Caller | None:
    """Return who a bearer token stood for when it was last asked for; None: that is to be asked.

    Under a manual clock nobody is remembered: an id that is drawn is drawn once. Nor is anybody of an
    account with fault rules, which are to be asked too.
    """
    caller = _remembered.get(digest(token))
    if caller is None or (caller.expires_at is not None and caller.expires_at <= caller.now()):
        return None
    return caller


def _caller_of(token_digest: str) -> Caller:
    row = _WHO_CALLS.fetch_one(
        {
            "digest": token_digest,
            "user_active": UserState.ACTIVE.value,
            "account_active": AccountState.ACTIVE.value,
        }
    )
    if row is None:
        raise ApiProblem(INVALID_TOKEN)
    account_id, user_id, expires_at, grants, enabled, sim, real, rate, seed, *pace = row
    stage_delays, immediate_kinds, revision, advancing, faults, *of_token = pace
    if expires_at is not None and expires_at <= clock_instant(sim, real, rate):
        raise ApiProblem(INVALID_TOKEN)
    if not enabled or not grants:
        raise ApiProblem(NOT_PERMITTED)
    role = max((_ROLES[role] for role, _ in grants), key=_RANKS.__getitem__)
    reads = _scope(grants, Role.VIEWER)
    caller = Caller(
        account_id=account_id,
        user_id=user_id,
        role=role,
        clock_sim=sim,
        clock_real=real,
        clock_rate=rate,
        is_advancing=advancing,
        dice=_dice(account_id, rate, seed),
        has_faults=faults,
        seed=seed,
        stage_delays=stage_delays,
        immediate_kinds=immediate_kinds,
        # As every statement writes them.
        proof=dict(zip(_PROVED, map(str, (token_digest, *of_token, revision)), strict=True)),
        expires_at=expires_at,
        reads=reads,
        writes=_scope(grants, Role.MEMBER) if role.permits(Role.MEMBER) else reads,
    )
    _remember(token_digest, caller)
    return caller


def _scope(grants: Iterable[tuple[str, Sequence[str]]], weakest: Role) -> Scope | None:
    """Return what roles reach together, the weaker ones left out; an admin's, an owner's: everything."""
    reached: set[str] = set()
    for name, constraints in grants:
        rank = _RANKS[_ROLES[name]]
        if rank >= _RANKS[Role.ADMIN] or (rank >= _RANKS[weakest] and _EVERYTHING in constraints):
            return None
        if rank >= _RANKS[weakest]:
            reached.update(constraints)
    return frozenset(reached)


def _remember(token_digest: str, caller: Caller) -> None:
    is_large = len(caller.reads or ()) > _MOST_CONSTRAINTS
    if is_large or not caller.clock_rate or caller.has_faults or caller.is_advancing:
        _remembered.pop(token_digest, None)
        return
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[token_digest] = replace(caller, is_remembered=True)


def asked_again(caller: Caller) -> Caller:
    """Return the caller as the database has it now.

    Raises problem 11 (403) when the account is gone, and whatever ``caller_of`` raises.
    """
    if caller.proof["caller_digest"] is not None:
        return replace(_caller_of(caller.proof["caller_digest"]), due=caller.due)
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
        proof={**caller.proof, "caller_account": str(revision)},
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
