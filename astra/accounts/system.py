"""Who acts when a person uses the admin site: the system itself."""

import functools

from astra.accounts.callers import Caller, draw_number
from astra.accounts.models import Account, Role
from astra.api.dice import NIL_ID, RANDOM_DICE, SeededDice


def system_caller(account: Account) -> Caller:
    """Return the caller for an action in the account: the nil user, with every right.

    Its ids follow the same rule as those of API calls: under a manual clock they are drawn from the
    account's seed.
    """
    is_manual = account.clock_rate == 0
    draw = functools.partial(draw_number, account.pk)
    return Caller(
        account_id=account.pk,
        user_id=NIL_ID,
        role=Role.OWNER,
        clock_sim=account.clock_sim,
        clock_real=account.clock_real,
        clock_rate=account.clock_rate,
        dice=SeededDice(account.seed, draw) if is_manual else RANDOM_DICE,
        has_faults=account.has_faults,
    )
