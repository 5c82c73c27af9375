"""What may be done to users, and to the owners among them.

An account always keeps an owner who can call. Only an owner gives, changes or takes the role owner, or
the system itself. Who owns is locked while it is decided, so two owners who demote each other at once
cannot both succeed.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.models import Membership, Role, RoleBinding, User, UserState
from astra.api.dice import NIL_ID
from astra.api.problems import INVALID_FIELDS, NOT_PERMITTED, ApiProblem, refusal
from astra.resources.resource import Guard


class OwnersGuard(Guard):
    """Decides on changes to owners, while who owns is held."""

    def __init__(self, caller: Caller, owners: Iterable["Owner"]) -> None:
        self.caller = caller
        every = list(owners)
        self.owners = {owner.user.id for owner in every}
        # Those with one of these somebody ceases to be an owner.
        self.gone_with = {identifier for owner in every for identifier in owner.stands_on}
        self._able = [
            owner.stands_on
            for owner in every
            if can_call(owner.user.state, is_enabled=owner.user.is_enabled)
        ]

    @classmethod
    @contextmanager
    def holding(cls, caller: Caller) -> Iterator[Self]:
        """Hold the owners of the caller's account for the block."""
        with owners_locked(caller.account_id) as owners:
            yield cls(caller, owners)

    def check(self, changed: uuid.UUID, *, stays: bool) -> None:
        """Raise problem 11 when the caller may not change who is owner, and when nobody would be.

        ``changed`` is a user, a group or a binding; ``stays``: whoever is owner by it is one who can
        call after the change as well.
        """
        may = self.caller.user_id == NIL_ID or self.caller.user_id in self.owners
        if not may or not (stays or any(changed not in each for each in self._able)):
            raise ApiProblem(NOT_PERMITTED)


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner, and the binding by which the user is one, perhaps that of a group."""

    user: User
    binding: RoleBinding

    @property
    def stands_on(self) -> frozenset[uuid.UUID | None]:
        """The ids of what may not go for the user to be an owner by this binding."""
        return frozenset({self.user.id, self.binding.id, self.binding.group_id})


def can_call(state: str, *, is_enabled: bool) -> bool:
    """Tell whether a user can call."""
    return is_enabled and state == UserState.ACTIVE


@contextmanager
def owners_locked(account_id: uuid.UUID) -> Iterator[list[Owner]]:
    """Hold the account's owners, with their bindings, for the block, which is one transaction.

    Take it before any other lock on a user or a binding, so that all wait in the same order.
    """
    with transaction.atomic():
        bindings = (
            RoleBinding.objects.select_for_update(no_key=True)
            .filter(account_id=account_id, role=Role.OWNER)
            .order_by("id")
        )
        yield list(_owners(list(bindings)))


def _owners(bindings: Sequence[RoleBinding]) -> Iterator[Owner]:
    groups = {each.group_id for each in bindings} - {None}
    members = Membership.objects.filter(group__in=groups).values_list("group_id", "user_id")
    by_principal: dict[Any, list[Any]] = {
        each.user_id: [each.user_id] for each in bindings if each.user_id
    }
    for group_id, user_id in members if groups else ():
        by_principal.setdefault(group_id, []).append(user_id)
    wanted = {user_id for users in by_principal.values() for user_id in users}
    locked = User.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id")
    users = {user.id: user for user in locked}
    for binding in bindings:
        for user_id in by_principal.get(binding.user_id or binding.group_id, ()):
            if user_id in users:
                yield Owner(users[user_id], binding)


class UserGuard(OwnersGuard):
    """Decides on changes to users; an owner's tokens and role go with the owner."""

    def replace(self, row: User, body: Mapping[str, Any]) -> None:
        """Raise problem 9 for a user set back to pending, 11 for what an owner may not become."""
        old, new = row.state, body.get("state", row.state)
        if new == UserState.PENDING != old:
            raise refusal(INVALID_FIELDS, "state", f"Only a new user is {UserState.PENDING}.")
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
