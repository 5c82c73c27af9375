"""The end of accounts whose time to live is over: a chore of the worker."""

import contextlib
import uuid

from astra.api.clock import real_now
from astra.api.statements import fetch
from astra.isolation.accounts import account_delete
from astra.isolation.holding import AccountBusyError, UnknownAccountError


def expired_accounts() -> list[uuid.UUID]:
    """Return the accounts whose time to live is over, by real time."""
    # Once per pass of the worker: as bare as can be.
    statement = "SELECT id FROM accounts_account WHERE expires_at <= %s ORDER BY expires_at"
    return [account_id for (account_id,) in fetch(statement, [real_now()])]


def remove(account_id: uuid.UUID) -> None:
    """Delete an account whose time is over; one that is busy or gone is for others, or for later."""
    with contextlib.suppress(AccountBusyError, UnknownAccountError):
        account_delete(account_id, wait=False)
