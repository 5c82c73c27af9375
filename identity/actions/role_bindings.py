"""Create role bindings, and what may be done to them: who may do what in an account.

There are no groups, so a binding is one of a user, who has at most one.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.accounts.models import Role, RoleBinding, User, full_scope
from astra.api.dice import NIL_ID
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    CONFLICT,
    INVALID_FIELDS,
    NOT_PERMITTED,
    ApiProblem,
    Invalid,
)
from astra.resources.actions import refusing_taken
from astra.resources.resource import Taken
from identity.actions.users import OwnersGuard, user_held

TAKEN = Taken("role_binding_is_unique", CONFLICT, "userID", "The user has a role in this account.")


def role_binding_create(
    *, caller: Caller, body: Mapping[str, Any], user_id: uuid.UUID | None = None
) -> RoleBinding:
    """Give a user a role, from a validated body; ``user_id`` is the path's user, if it has one.

    Raises problem 11 when the role is owner and the caller's is not, 9 for an account that is not
    the caller's and a principal that is none, 2 when the path's user is none, 10 for a user who has
    a role and for a read-only label.
    """
    if body["role"] == Role.OWNER and caller.role is not Role.OWNER:
        raise ApiProblem(NOT_PERMITTED)
    if refused := _bad_members(caller, body, user_id):
        raise ApiProblem(INVALID_FIELDS, fields=refused)
    with transaction.atomic():
        binding = RoleBinding(
            user=_principal(caller, body, user_id),
            role=body["role"],
            constraints=body.get("roleConstraints", full_scope()),
            **stamps(caller, body),
        )
        with refusing_taken([TAKEN]):
            binding.save(force_insert=True)
    return binding


class BindingGuard(OwnersGuard):
    """Decides on changes to role bindings."""

    def replace(self, row: RoleBinding, body: Mapping[str, Any]) -> None:
        """Raise problem 11 for who may not be made an owner, or not cease to be one."""
        if Role.OWNER in (row.role, body["role"]):
            self.check(row.user_id, stays=body["role"] == Role.OWNER)

    def delete(self, row: RoleBinding) -> None:
        """Raise problem 11 for an owner's unless the caller is an owner, and for the last owner's."""
        if row.role == Role.OWNER:
            self.check(row.user_id, stays=False)


def _bad_members(
    caller: Caller, body: Mapping[str, Any], user_id: uuid.UUID | None
) -> list[Invalid]:
    refused = []
    if body["accountID"] != caller.account_id:
        refused.append(Invalid("accountID", "Must be the account of the URL."))
    user, group = body.get("userID", NIL_ID), body.get("groupID", NIL_ID)
    if user_id is not None and user not in (NIL_ID, user_id):
        refused.append(Invalid("userID", "Must be the user of the URL."))
    elif NIL_ID not in (user, group):
        refused.append(Invalid("userID", "Only one of userID and groupID may be given."))
    elif user_id is None and user == group == NIL_ID:
        refused.append(Invalid("userID", "One of userID and groupID must be given."))
    if group != NIL_ID:
        refused.append(Invalid("groupID", "The account has no such group."))
    return refused


def _principal(caller: Caller, body: Mapping[str, Any], user_id: uuid.UUID | None) -> User:
    user = user_held(caller.account_id, user_id or body["userID"])
    if user is not None:
        return user
    if user_id is not None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    unknown = Invalid("userID", "The account has no such user.")
    raise ApiProblem(INVALID_FIELDS, fields=[unknown])
