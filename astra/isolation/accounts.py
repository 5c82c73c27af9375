"""Throwaway accounts: made from a scenario, deleted with everything in them."""

import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.belongings import belongings
from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.finding import UnknownAccountError
from astra.accounts.models import Account, AccountState, Token
from astra.accounts.tokens import VERSION, clear_text, digest
from astra.api.clock import real_now
from astra.api.dice import RANDOM_DICE
from astra.api.statements import fetch
from astra.isolation.holding import AccountBusyError, with_account_held
from astra.isolation.instances import SECTION, Instance, instantiate, scenario_document
from astra.isolation.models import Origin
from astra.isolation.rows import delete_rows, insert_rows
from astra.journal.draining import drain
from astra.scenarios.sections import derived_id

DEFAULT_SCENARIO = "throwaway"
_NAME_OF_TOKEN = "owner"  # noqa: S105
# How many accounts of one scenario and seed are looked at, at a time, for an id that is free.
_CANDIDATES = 64
# How often an account is not made though none is in its way, before that counts as a failure.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """What a new account is to be. ``scenario``: a name of the library, or a document.

    ``clock``: mode, and rate and `at` where it has them; None: the scenario's own, else manual.
    Accounts with the same ``seed`` have the same ids, as far as no other has them at the time.
    """

    scenario: str | Mapping[str, Any] = DEFAULT_SCENARIO
    parameters: Mapping[str, float] = field(default_factory=dict)
    name: str | None = None
    clock: Mapping[str, Any] | None = None
    ttl: timedelta | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that was made; ``token`` is kept nowhere in clear."""

    account: Account
    owner_id: uuid.UUID
    token: str


def account_new(wanted: AccountWanted) -> NewAccount:
    """Make an account from a scenario, with a token of its first owner.

    Raises ``UnknownScenarioError`` and ``ScenarioError``.
    """
    data = scenario_document(wanted.scenario, wanted.parameters)
    if wanted.name is not None:
        data = {**data, SECTION: [{**data[SECTION][0], "name": wanted.name}]}
    asked = wanted.clock or data[SECTION][0].get("clock") or {"mode": ClockMode.MANUAL}
    # A still or scaled clock says where it starts, so that a reset finds it there.
    clock = DeclaredClock.of(asked).document(start=real_now())
    unexplained = 0
    while True:
        account_id = _free_id(data["scenario"], wanted.seed)
        try:
            return _make(data, account_id, clock, wanted.ttl)
        except IntegrityError:
            # Somebody else was quicker with the same seed, and is perhaps gone again.
            if not Account.objects.filter(id=account_id).exists():
                unexplained += 1
            if wanted.seed is None or unexplained == _TRIES:
                raise


def account_delete(account_id: uuid.UUID, *, wait: bool = True) -> None:
    """Delete an account with everything in it; requests under way in it are refused.

    Raises ``UnknownAccountError`` and ``AccountBusyError``.
    """
    # First of all nobody can call any more, so that the rest meets fewer and fewer.
    Account.objects.filter(id=account_id).update(state=AccountState.DELETE_PENDING)
    # What was written down before goes with it: another account may be made with that id.
    drain()
    everything = tuple(reversed(belongings()))
    with_account_held(account_id, lambda: delete_rows(account_id, everything), wait=wait)


def expired_accounts() -> list[uuid.UUID]:
    """Return the accounts whose time to live is over, by real time."""
    # Once per pass of the worker: as bare as can be.
    statement = "SELECT id FROM accounts_account WHERE expires_at <= %s ORDER BY expires_at"
    return [account_id for (account_id,) in fetch(statement, [real_now()])]


def account_remove(account_id: uuid.UUID) -> None:
    """Delete an account whose time is over; one that is busy or gone is for others, or for later."""
    with contextlib.suppress(AccountBusyError, UnknownAccountError):
        account_delete(account_id, wait=False)


def _free_id(scenario: str, seed: int | None) -> uuid.UUID:
    if seed is None:
        return RANDOM_DICE.new_id()
    first = 0
    while True:
        numbers = range(first, first + _CANDIDATES)
        ids = [derived_id(scenario, f"accounts/{seed}/{number}") for number in numbers]
        taken = set(Account.objects.filter(id__in=ids).values_list("id", flat=True))
        for candidate in ids:
            if candidate not in taken:
                return candidate
        first += _CANDIDATES


def _make(
    data: Mapping[str, Any], account_id: uuid.UUID, clock: Mapping[str, Any], ttl: timedelta | None
) -> NewAccount:
    instance = instantiate(data, account_id=account_id, clock=clock)
    account = instance.account
    now = real_now()
    account.expires_at = None if ttl is None else now + ttl
    clear = clear_text(RANDOM_DICE)
    token = {"id": str(derived_id(str(account_id), "token")), "digest": digest(clear)}
    origin = Origin(
        account_id=account_id,
        scenario=data["scenario"],
        document=data,
        clock=clock,
        token=token,
        made_at=now,
    )
    instance.made += [origin, token_of(instance, token)]
    with transaction.atomic():
        insert_rows(instance.rows())
        instance.finish()
    return NewAccount(account, instance.owner_id, clear)


def token_of(instance: Instance, token: Mapping[str, str]) -> Token:
    """Return the token that a throwaway account is made with; ``token``: its id and digest."""
    instant: datetime = instance.account.now()
    return Token(
        id=uuid.UUID(token["id"]),
        account=instance.account,
        user_id=instance.owner_id,
        name=_NAME_OF_TOKEN,
        version=VERSION,
        digest=token["digest"],
        created_at=instant,
        modified_at=instant,
        created_by=instance.owner_id,
    )
