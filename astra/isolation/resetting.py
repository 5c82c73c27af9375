"""Accounts put back to what they were made as: one, or all of the service's."""

import contextlib
import functools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q

from astra.accounts.belongings import belongings
from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.finding import UnknownAccountError
from astra.accounts.models import Account, Token
from astra.api import problems
from astra.api.problems import Refusal
from astra.isolation.accounts import token_of
from astra.isolation.holding import (
    AccountBusyError,
    with_account_held,
    with_accounts_held,
)
from astra.isolation.instances import SECTION, Instance, instantiate
from astra.isolation.models import Origin
from astra.isolation.rows import ACCOUNT, delete_rows, insert_rows, update_account
from astra.journal.draining import drain
from astra.scenarios.loading import make_what_is_missing, wait_for_loads
from astra.scenarios.sections import Item

# How often it is begun anew because an account went in the meantime.
_TRIES = 20


class NoOriginError(Refusal):
    """The account was made by hand, so there is nothing to put it back to."""

    problem = problems.CONFLICT
    member = "id"


class ThrowawaysLiveError(Refusal):
    """Accounts for single tests live, which a reset of everything would delete."""

    problem = problems.CONFLICT
    member = "force"


@dataclass(frozen=True, slots=True)
class Everything:
    """What a reset of the whole service did: which accounts it put back, made again, deleted."""

    reset: list[Account]
    made: list[Account]
    deleted: list[Account]


def remember_origin(item: Item) -> None:
    """Keep what a scenario that is loaded makes an account from."""
    data = {**item.document.data, SECTION: [item.values]}
    # Where it starts is where it is now: a document may leave that open.
    clock = DeclaredClock.of(item.get("clock", {"mode": ClockMode.REAL}))
    start: datetime = item.row.clock_sim
    Origin.objects.create(
        account_id=item.id, scenario=item.scenario, document=data, clock=clock.document(start=start)
    )


def account_reset(account_id: uuid.UUID) -> Account:
    """Put an account back to what it was made as: same ids, same token, clock where it started.

    Of a seeded account, all tokens of the users that the scenario gives it are kept. Everything else
    is gone afterwards, checkpoints too; its time to live goes on, and a move of its clock ends.
    Raises ``UnknownAccountError``, ``NoOriginError``, ``AccountBusyError``.
    """
    drain()
    return with_account_held(account_id, lambda: _reset(account_id))


def everything_reset(*, every: bool = False, force: bool = False) -> Everything:
    """Put all accounts of scenarios that were loaded back, and make those again that are gone.

    Throwaway accounts are deleted if ``force`` says so, those made by hand with ``every``. One
    transaction. Raises ``ThrowawaysLiveError`` and ``AccountBusyError``.
    """
    drain()
    for _ in range(_TRIES):
        seeded, gone = _affected(every=every, force=force)
        work = functools.partial(_reset_all, seeded, gone)
        # An account that is gone by now: its time to live was over, or somebody deleted it.
        with contextlib.suppress(UnknownAccountError):
            return with_accounts_held(seeded | gone, work)
    raise AccountBusyError("Accounts come and go all the time.")


def _affected(*, every: bool, force: bool) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
    """Return which accounts are put back and which go; raises ``ThrowawaysLiveError``."""
    origins = Origin.objects.values("account_id")
    throwaways = Account.objects.filter(id__in=origins.filter(token__isnull=False))
    if not force and (names := sorted(set(throwaways.values_list("name", flat=True)))):
        raise ThrowawaysLiveError(
            f"{', '.join(names)}: made for single tests, which may be running. With"
            " `force: true` they are deleted."
        )
    seeded = Account.objects.filter(id__in=origins.filter(token__isnull=True))
    going = Q(id__in=throwaways)
    if every:
        going |= ~Q(id__in=origins)
    gone = Account.objects.filter(going)
    return set(seeded.values_list("id", flat=True)), set(gone.values_list("id", flat=True))


def _reset_all(seeded: Iterable[uuid.UUID], gone: Iterable[uuid.UUID]) -> Everything:
    wait_for_loads()
    deleted = list(Account.objects.filter(id__in=gone).order_by("created_at", "id"))
    everything = tuple(reversed(belongings()))
    for account in deleted:
        delete_rows(account.id, everything)
    reset = [_reset(account_id) for account_id in seeded]
    made = Account.objects.filter(id__in=make_what_is_missing()).order_by("created_at", "id")
    reset.sort(key=lambda account: (account.created_at, account.id))
    return Everything(reset=reset, made=list(made), deleted=deleted)


def _reset(account_id: uuid.UUID) -> Account:
    origin = Origin.objects.filter(account_id=account_id).first()
    if origin is None:
        raise NoOriginError(
            f"The account {account_id} was made by hand, so there is nothing to put it back to."
            " A checkpoint that was saved can be restored."
        )
    instance = instantiate(
        origin.document,
        account_id=account_id,
        clock=origin.clock,
        is_seeded=origin.token is None,
    )
    instance.made += _tokens(instance, origin)
    delete_rows(account_id, [item for item in belongings() if not item.survives_reset])
    rows = instance.rows()
    (row,) = rows.pop(ACCOUNT)
    update_account(account_id, row)
    insert_rows(rows)
    instance.finish()
    return Account.objects.get(id=account_id)


def _tokens(instance: Instance, origin: Origin) -> list[Model]:
    """Return the tokens that the account has afterwards, beside those of its scenario."""
    if origin.token is not None:
        return [token_of(instance, origin.token)]
    made = {row.pk for row in instance.made}
    users = [user.id for user in instance.items["users"]]
    kept = Token.objects.filter(account_id=origin.account_id, user_id__in=users)
    return [token for token in kept if token.pk not in made]
