"""Having an account to oneself: nothing settles, is created or moves in it meanwhile.

Order: the settling lock, then the account's row. Creates hold that row shared, and may hold rows that
we want while they wait for it; so we never wait long for a row, but give way and begin again. The
others wait longer than we do, so it is never they who are broken off.
"""

import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import OperationalError, transaction

from astra.accounts.finding import UnknownAccountError
from astra.api import problems
from astra.api.problems import Refusal
from astra.api.statements import fetch
from astra.engine.settling import lock_account

T = TypeVar("T")

# Well under PostgreSQL's deadlock_timeout (1 s): whoever waits in a circle with us outlasts us.
_PATIENCE = "250ms"
_TRIES = 120
# lock_not_available, deadlock_detected
_NOT_IN_TIME = "55P03"
_GIVE_WAY = (_NOT_IN_TIME, "40P01")


class AccountBusyError(Refusal):
    """Somebody else keeps the account, or rows of it, locked."""

    problem = problems.SERVICE_UNAVAILABLE
    passes = True


def with_account_held(account_id: uuid.UUID, work: Callable[[], T], *, wait: bool = True) -> T:
    """Do the work in one transaction that has the account to itself; return what it returns.

    It may be begun several times, each time after everything was rolled back. Raises
    ``UnknownAccountError``, and ``AccountBusyError`` when it had to give way too often, or waited too
    long (``locks_within``), or at once when ``wait`` is false.
    """
    return with_accounts_held([account_id], work, wait=wait)


def with_accounts_held(
    account_ids: Iterable[uuid.UUID], work: Callable[[], T], *, wait: bool = True
) -> T:
    """Do the work in one transaction that has all these accounts to itself, as with one."""
    # In the order of ids, as others hold several.
    in_order = sorted(account_ids)
    for _ in range(_TRIES):
        is_alone = False
        try:
            with transaction.atomic():
                if not all(lock_account(each, wait=wait) for each in in_order):
                    break
                is_alone = True
                for account_id in in_order:
                    _lock_row(account_id)
                return work()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state not in _GIVE_WAY:
                raise
            # For the settling lock it was waited as long as it may be.
            if not wait or (state == _NOT_IN_TIME and not is_alone):
                break
    raise AccountBusyError(f"The account {', '.join(map(str, in_order))} is busy.")


def _lock_row(account_id: uuid.UUID) -> None:
    fetch("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
    if not fetch("SELECT id FROM accounts_account WHERE id = %s FOR UPDATE", [account_id]):
        raise UnknownAccountError(account_id)
