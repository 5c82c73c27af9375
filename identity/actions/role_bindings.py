"""Create and delete role bindings, and what may be done to them: who may do what in an account.

A binding is one of a user or of a group; several of a user, and those of its groups, add up.
"""

import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.accounts.models import AuthProvider, Group, Role, RoleBinding, User, full_scope
from astra.api.dice import NIL_ID
from astra.api.problems import (
    COLLECTION_NOT_FOUND,
    CONFLICT,
    INVALID_FIELDS,
    NOT_PERMITTED,
    ApiProblem,
    Invalid,
    refusal,
)
from astra.resources.actions import refusing_taken
from astra.resources.resource import Taken
from identity.actions.users import OwnersGuard, user_held

TAKEN = Taken("role_binding_is_unique", CONFLICT, "role")
# The users that an account has for their roles alone; others are the directory's.
_GO_WITH_THE_LAST = (AuthProvider.LOCAL, AuthProvider.CLOUD_CENTRAL)


def role_binding_create(
    *,
    caller: Caller,
    body: Mapping[str, Any],
    user_id: uuid.UUID | None = None,
    group_id: uuid.UUID | None = None,
) -> RoleBinding:
    """Give a user or a group a role, from a validated body; the path may name whose it is.

    Raises problem 11 when the role is owner and the caller's is not, 9 for an account that is not
    the caller's and a principal that is none, 2 when that of the path is none, 10 for a binding that
    there is, and for a read-only label.
    """
    if body["role"] == Role.OWNER and caller.role is not Role.OWNER:
        raise ApiProblem(NOT_PERMITTED)
    above = {name: each for name, each in (("userID", user_id), ("groupID", group_id)) if each}
    if refused := list(_bad_members(caller, body, above)):
        raise ApiProblem(INVALID_FIELDS, fields=refused)
    with transaction.atomic():
        binding = RoleBinding(
            **_principal(caller, body, above),
            role=body["role"],
            constraints=body.get("roleConstraints", full_scope()),
            **stamps(caller, body),
        )
        with refusing_taken([TAKEN]):
            binding.save(force_insert=True)
    return binding


def role_binding_delete(binding: RoleBinding, now: datetime) -> None:
    """Take a role away by its locked binding; whom the account has for its roles goes with the last."""
    user = goes_with(binding)
    binding.delete()
    if user is not None:
        user.delete()


def goes_with(binding: RoleBinding) -> User | None:
    """Return the user, held, that goes with the binding; None if none does."""
    if binding.user_id is None:
        return None
    user = user_held(binding.account_id, binding.user_id)
    if user is None or user.auth_provider not in _GO_WITH_THE_LAST:
        return None
    others = RoleBinding.objects.filter(user=user).exclude(id=binding.id)
    return None if others.exists() else user


class BindingGuard(OwnersGuard):
    """Decides on changes to role bindings."""

    def replace(self, row: RoleBinding, body: Mapping[str, Any]) -> None:
        """Raise problem 11 for who may not be made an owner, or not cease to be one."""
        if Role.OWNER in (row.role, body["role"]):
            self.check(row.id, stays=body["role"] == Role.OWNER)

    def delete(self, row: RoleBinding) -> None:
        """Raise problem 11 for what only an owner may, for the last owner's, and the caller's last."""
        if row.role == Role.OWNER:
            self.check(row.id, stays=False)
        if row.user_id == self.caller.user_id and goes_with(row):
            raise ApiProblem(NOT_PERMITTED)


def _bad_members(
    caller: Caller, body: Mapping[str, Any], above: Mapping[str, uuid.UUID]
) -> Iterator[Invalid]:
    if body["accountID"] != caller.account_id:
        yield Invalid("accountID", "Must be the account of the URL.")
    said = {name: body.get(name, NIL_ID) for name in ("userID", "groupID")}
    if above:
        for name, value in said.items():
            if value not in (NIL_ID, above.get(name)):
                yield Invalid(name, "Must be whose binding the URL says it is.")
    elif NIL_ID not in said.values():
        yield Invalid("userID", "Only one of userID and groupID may be given.")
    elif set(said.values()) == {NIL_ID}:
        yield Invalid("userID", "One of userID and groupID must be given.")


def _principal(
    caller: Caller, body: Mapping[str, Any], above: Mapping[str, uuid.UUID]
) -> dict[str, User | Group]:
    """Return the user or the group, held, by the name of its column."""
    named = above or {
        name: body[name] for name in ("userID", "groupID") if body.get(name, NIL_ID) != NIL_ID
    }
    ((member, identifier),) = named.items()
    column = member.removesuffix("ID")
    held = user_held if column == "user" else _group_held
    found = held(caller.account_id, identifier)
    if found is not None:
        return {column: found}
    if above:
        raise ApiProblem(COLLECTION_NOT_FOUND)
    raise refusal(INVALID_FIELDS, member, f"The account has no such {column}.")


def _group_held(account_id: uuid.UUID, group_id: uuid.UUID) -> Group | None:
    groups = Group.objects.select_for_update(no_key=True)
    return groups.filter(id=group_id, account__checked=account_id).first()
