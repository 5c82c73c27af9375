"""The owners of an account: an account always keeps one who can call.

Only an owner gives, changes or takes the role owner, or the system itself. Who owns is locked while it
is decided, so two owners who demote each other at once cannot both succeed.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.models import Role, RoleBinding, User, UserState
from astra.api.dice import NIL_ID
from astra.api.problems import NOT_PERMITTED, ApiProblem
from astra.resources.resource import Guard


class OwnersGuard(Guard):
    """Decides on changes to owners, while who owns is held."""

    def __init__(self, caller: Caller, owners: Iterable[User]) -> None:
        self.caller = caller
        able = {user.id: can_call(user.state, is_enabled=user.is_enabled) for user in owners}
        self.owners = able.keys()
        self._able = {user_id for user_id, is_able in able.items() if is_able}

    @classmethod
    @contextmanager
    def holding(cls, caller: Caller) -> Iterator[Self]:
        """Hold the owners of the caller's account for the block."""
        with owners_locked(caller.account_id) as owners:
            yield cls(caller, owners)

    def check(self, user_id: uuid.UUID, *, stays: bool) -> None:
        """Raise problem 11 when the caller may not change what the user may do, or who is owner.

        ``stays``: the user is an owner who can call after the change as well.
        """
        may = self.caller.user_id == NIL_ID or self.caller.user_id in self.owners
        if not may or not (stays or self._able - {user_id}):
            raise ApiProblem(NOT_PERMITTED)


def can_call(state: str, *, is_enabled: bool) -> bool:
    """Tell whether a user can call."""
    return is_enabled and state == UserState.ACTIVE


@contextmanager
def owners_locked(account_id: uuid.UUID) -> Iterator[list[User]]:
    """Hold the account's owners, with their bindings, for the block, which is one transaction.

    Take it before any other lock on a user or a binding, so that all wait in the same order.
    """
    with transaction.atomic():
        # A joined row that is not locked itself would be read as it was before the wait.
        bindings = (
            RoleBinding.objects.select_for_update(of=("self", "user"), no_key=True)
            .select_related("user")
            .filter(account_id=account_id, role=Role.OWNER)
            .order_by("id")
        )
        yield [binding.user for binding in bindings]
