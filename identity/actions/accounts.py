"""Create, replace and delete accounts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.metadata import restamp, stamps
from astra.accounts.models import Account, AccountState, Role, RoleBinding, User
from astra.api.clock import real_now
from astra.api.problems import INVALID_FIELDS, ApiProblem, Invalid
from identity.kinds import ROLE_BINDING, USER
from identity.serializers.accounts import ADDRESS_REQUIRED, CONTACT_REQUIRED

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


def account_replace(*, caller: Caller, account: Account, body: Mapping[str, Any]) -> None:
    """Change name, contact and labels of a locked account; what is absent is kept.

    Raises problem 9 when the contact would lack what a contact must have, 10 for a read-only label.
    """
    columns = restamp(account, caller, body)
    account.name = body.get("name", account.name)
    if "accountContact" in body:
        account.contact = _merged(account.contact or {}, body["accountContact"]) or None
        _check_contact(account.contact)
    account.save(update_fields=[*columns, "name", "contact"])


def account_delete(*, caller: Caller) -> None:
    """Mark the caller's account for deletion: from now on nobody can call with its tokens."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(id=caller.account_id)
        columns = restamp(account, caller, {})
        account.state = AccountState.DELETE_PENDING
        account.save(update_fields=[*columns, "state"])


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**old, **new}
    if "postalAddress" in new:
        merged["postalAddress"] = {**old.get("postalAddress", {}), **new["postalAddress"]}
    return merged


def _check_contact(contact: Mapping[str, Any] | None) -> None:
    if contact is None:
        return
    missing = [name for name in CONTACT_REQUIRED if name not in contact]
    address = contact.get("postalAddress")
    if address is not None:
        missing += [f"postalAddress.{name}" for name in ADDRESS_REQUIRED if name not in address]
    if missing:
        reason = "A contact must have it."
        fields = [Invalid(f"accountContact.{name}", reason) for name in missing]
        raise ApiProblem(INVALID_FIELDS, fields=fields)
