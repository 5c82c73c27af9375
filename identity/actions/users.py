"""What may be done to users."""

import uuid
from collections.abc import Mapping
from typing import Any

from astra.accounts.models import User, UserState
from astra.api.problems import INVALID_FIELDS, NOT_PERMITTED, ApiProblem, Invalid
from identity.actions.owners import OwnersGuard, can_call


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
