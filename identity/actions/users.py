"""Create, replace and delete users."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.accounts.models import AuthProvider, RoleBinding, Token, User, UserState
from astra.api.problems import CONFLICT, INVALID_FIELDS, NOT_PERMITTED, ApiProblem, Invalid
from identity.actions.owners import Owners, owners_locked

EMAIL_CONSTRAINT = "user_email_is_unique"
# JSON member and column of what a body sets as it is.
COLUMNS = {
    "state": "state",
    "authProvider": "auth_provider",
    "firstName": "first_name",
    "lastName": "last_name",
    "companyName": "company_name",
    "email": "email",
    "phone": "phone",
    "postalAddress": "postal_address",
}
# What else a PUT may change.
FURTHER_COLUMNS = ("auth_id", "is_enabled", "enabled_at", "send_welcome_email")


def user_create(*, caller: Caller, body: Mapping[str, Any]) -> User:
    """Create a user from a validated body: enabled, without a role, with a local login by default.

    A local user is active, another pending, as the published document has it. Raises problem 10 for
    an email that the account has, and for a read-only label.
    """
    user = User(**stamps(caller, body))
    _set(user, {"sendWelcomeEmail": "true", **body})
    is_local = user.auth_provider == AuthProvider.LOCAL
    user.state = UserState.ACTIVE if is_local else UserState.PENDING
    user.enabled_at = user.created_at
    with transaction.atomic():
        _save(user, force_insert=True)
    return user


def user_replace(*, caller: Caller, user: User, body: Mapping[str, Any], owners: Owners) -> None:
    """Change a locked user from a validated body; what is absent is kept.

    Raises problem 9 for a user set back to pending, 11 when ``owners`` forbid what it does to an
    owner, 10 for an email that the account has and for a read-only label.
    """
    state, was_enabled = user.state, user.is_enabled
    if body.get("state", state) == UserState.PENDING != state:
        refused = Invalid("state", f"Only a new user is {UserState.PENDING}.")
        raise ApiProblem(INVALID_FIELDS, fields=[refused])
    columns = restamp(user, caller, body)
    _set(user, body)
    if user.id in owners.users and (user.state, user.is_enabled) != (state, was_enabled):
        stays = user.is_enabled and user.state == UserState.ACTIVE
        owners.guard_change(caller, user.id, stays=stays)
    if user.is_enabled and not was_enabled:
        user.enabled_at = user.modified_at
    _save(user, update_fields=[*columns, *COLUMNS.values(), *FURTHER_COLUMNS])


def user_delete(*, caller: Caller, user_id: uuid.UUID) -> bool:
    """Delete a user with its tokens and its role; return whether the account had it.

    Raises problem 11 for the caller itself, for the last owner, and for an owner unless the caller
    is one.
    """
    with owners_locked(caller.account_id) as owners:
        user = (
            User.objects.select_for_update()
            .filter(account_id=caller.account_id, id=user_id)
            .first()
        )
        if user is None:
            return False
        if user.id == caller.user_id:
            raise ApiProblem(NOT_PERMITTED)
        if user.id in owners.users:
            owners.guard_change(caller, user.id, stays=False)
        Token.objects.filter(user_id=user.id).delete()
        RoleBinding.objects.filter(user_id=user.id).delete()
        User.objects.filter(id=user.id).delete()
    return True


def user_held(account_id: uuid.UUID, user_id: uuid.UUID) -> User | None:
    """Return the user, who cannot be deleted until the transaction ends; None if there is none."""
    users = User.objects.select_for_update(no_key=True)
    return users.filter(account_id=account_id, id=user_id).first()


def _set(user: User, body: Mapping[str, Any]) -> None:
    for member, column in COLUMNS.items():
        if member in body:
            setattr(user, column, body[member])
    if "isEnabled" in body:
        user.is_enabled = body["isEnabled"] == "true"
    # Source: the published descriptions of authID and sendWelcomeEmail. For a local user the one is
    # the email, whatever is sent; the other is ignored unless the provider is cloud-central.
    identity = "email" if user.auth_provider == AuthProvider.LOCAL else "authID"
    user.auth_id = body.get(identity, user.auth_id)
    if "sendWelcomeEmail" in body:
        is_wanted = body["sendWelcomeEmail"] == "true"
        user.send_welcome_email = is_wanted and user.auth_provider == AuthProvider.CLOUD_CENTRAL


def _save(user: User, **options: Any) -> None:
    try:
        with transaction.atomic():
            user.save(**options)
    except IntegrityError as error:
        if EMAIL_CONSTRAINT not in str(error):
            raise
        taken = Invalid("email", "A user of this account has this email.")
        raise ApiProblem(CONFLICT, fields=[taken]) from error
