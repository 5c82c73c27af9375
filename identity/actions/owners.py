"""The owners of an account: an account always keeps one who can call.

Only an owner gives, changes or takes the role owner. Who owns is locked while it is decided, so two
owners who demote each other at once cannot both succeed.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.models import Role, RoleBinding, UserState
from astra.api.problems import NOT_PERMITTED, ApiProblem


@dataclass(frozen=True, slots=True)
class Owners:
    """The users with the role owner, and those of them who can call."""

    users: frozenset[uuid.UUID]
    able: frozenset[uuid.UUID]

    def guard_change(self, caller: Caller, user_id: uuid.UUID, *, stays: bool) -> None:
        """Raise problem 11 when the caller may not change what the user may do, or who is owner.

        ``stays``: the user is an owner who can call after the change as well.
        """
        if caller.user_id not in self.users or not (stays or self.able - {user_id}):
            raise ApiProblem(NOT_PERMITTED)


@contextmanager
def owners_locked(account_id: uuid.UUID) -> Iterator[Owners]:
    """Hold the account's owners, with their users, for the block, which is one transaction.

    Take it before any other lock on a user or a binding, so that all wait in the same order.
    """
    with transaction.atomic():
        # A joined row that is not locked itself would be read as it was before the wait.
        owners = [
            binding.user
            for binding in RoleBinding.objects.select_for_update(of=("self", "user"), no_key=True)
            .select_related("user")
            .filter(account_id=account_id, role=Role.OWNER)
            .order_by("id")
        ]
        able = (user.id for user in owners if user.is_enabled and user.state == UserState.ACTIVE)
        yield Owners(users=frozenset(user.id for user in owners), able=frozenset(able))
