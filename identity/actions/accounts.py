"""Create and delete accounts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.beginnings import begin_accounts
from astra.accounts.callers import Caller
from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.metadata import restamp, stamps
from astra.accounts.models import Account, AccountState, Role, RoleBinding, User
from astra.api.clock import real_now
from identity.kinds import ROLE_BINDING, USER

# What fits PostgreSQL's bigint.
_SEED_MASK = 2**63 - 1


def account_create(*, caller: Caller, body: Mapping[str, Any]) -> Account:
    """Create an account, active and in real time, with the caller's double as its owner.

    The owner has no token yet; whoever runs the service makes the first. Raises problem 10 for a
    read-only label.
    """
    columns = stamps(caller, body)
    del columns["account_id"]
    account = Account(
        name=body["name"],
        state=AccountState.ACTIVE,
        enabled_at=columns["created_at"],
        **DeclaredClock(ClockMode.REAL).columns(real_now()),
        # Of its own: two accounts with one seed and still clocks would draw the same ids.
        seed=columns["id"].int & _SEED_MASK,
        **columns,
    )
    with transaction.atomic():
        account.save(force_insert=True)
        _save_owner(caller, account)
        begin_accounts([account])
    return account


def _save_owner(caller: Caller, account: Account) -> None:
    instant = account.created_at
    described: dict[str, Any] = {
        "account_id": account.id,
        "created_at": instant,
        "modified_at": instant,
        "created_by": caller.user_id,
    }
    original = User.objects.get(id=caller.user_id)
    owner = User(
        id=caller.dice.new_id(),
        version=USER.versions[0],
        email=original.email,
        first_name=original.first_name,
        last_name=original.last_name,
        auth_id=original.email,
        enabled_at=instant,
        **described,
    )
    owner.save(force_insert=True)
    RoleBinding(
        id=caller.dice.new_id(),
        version=ROLE_BINDING.versions[0],
        user=owner,
        role=Role.OWNER,
        **described,
    ).save(force_insert=True)


def account_delete(*, caller: Caller) -> None:
    """Mark the caller's account for deletion: from now on nobody can call with its tokens."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(id=caller.account_id)
        columns = restamp(account, caller, {})
        account.state = AccountState.DELETE_PENDING
        account.save(update_fields=[*columns, "state"])
