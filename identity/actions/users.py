"""What may be done to users, and to the owners among them.

An account always keeps an owner who can call. Only an owner gives, changes or takes the role owner, or
the system itself. Who owns is locked while it is decided, so two owners who demote each other at once
cannot both succeed.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.models import Role, RoleBinding, User, UserState
from astra.api.dice import NIL_ID
from astra.api.problems import INVALID_FIELDS, NOT_PERMITTED, ApiProblem, Invalid
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


class UserGuard(OwnersGuard):
    """Decides on changes to users; an owner's tokens and role go with the owner."""

    def replace(self, row: User, body: Mapping[str, Any]) -> None:
        """Raise problem 9 for a user set back to pending, 11 for what an owner may not become."""
        old, new = row.state, body.get("state", row.state)
        if new == UserState.PENDING != old:
            refused = Invalid("state", f"Only a new user is {UserState.PENDING}.")
            raise ApiProblem(INVALID_FIELDS, fields=[refused])
        is_enabled = body["isEnabled"] == "true" if "isEnabled" in body else row.is_enabled
        if row.id in self.owners and (new, is_enabled) != (old, row.is_enabled):
            self.check(row.id, stays=can_call(new, is_enabled=is_enabled))

    def delete(self, row: User) -> None:
        """Raise problem 11 for the caller itself, for the last owner, and for an owner by another."""
        if row.id == self.caller.user_id:
            raise ApiProblem(NOT_PERMITTED)
        if row.id in self.owners:
            self.check(row.id, stays=False)


def user_held(account_id: uuid.UUID, user_id: uuid.UUID) -> User | None:
    """Return the user, who cannot be deleted until the transaction ends; None if there is none."""
    users = User.objects.select_for_update(no_key=True)
    return users.filter(id=user_id, account__checked=account_id).first()
