"""Who acts when a person uses the admin site: the system itself, or an owner of the account."""

import functools
import uuid

from astra.accounts.callers import Caller, draw_number
from astra.accounts.models import Account, Role, RoleBinding, UserState
from astra.api.dice import NIL_ID, RANDOM_DICE, SeededDice


def system_caller(account: Account, user_id: uuid.UUID = NIL_ID) -> Caller:
    """Return the caller for an action in the account: by default the nil user, with every right.

    Its ids follow the same rule as those of API calls: under a manual clock they are drawn from the
    account's seed.
    """
    is_manual = account.clock_rate == 0
    draw = functools.partial(draw_number, account.pk)
    return Caller(
        account_id=account.pk,
        user_id=user_id,
        role=Role.OWNER,
        clock_sim=account.clock_sim,
        clock_real=account.clock_real,
        clock_rate=account.clock_rate,
        dice=SeededDice(account.seed, draw) if is_manual else RANDOM_DICE,
        has_faults=account.has_faults,
    )


def owner_caller(account: Account, *, about: uuid.UUID) -> Caller:
    """Return the caller for an action about a user: only an owner may change owners.

    Another owner than that user if there is one, because nobody deletes itself; the system in an
    account without one that can call.
    """
    owners = RoleBinding.objects.filter(
        account=account, role=Role.OWNER, user__is_enabled=True, user__state=UserState.ACTIVE
    ).values_list("user_id", flat=True)
    chosen = sorted(owners, key=lambda owner: (owner == about, owner))
    return system_caller(account, chosen[0] if chosen else NIL_ID)
