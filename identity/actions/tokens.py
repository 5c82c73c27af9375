"""Create, replace and delete tokens.

Everybody manages its own; those of others an admin, those of an owner only an owner: with such a
token goes the role.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp, stamps
from astra.accounts.models import Role, RoleBinding, Token
from astra.accounts.tokens import clear_text, digest
from astra.api.problems import COLLECTION_NOT_FOUND, NOT_PERMITTED, ApiProblem
from identity.actions.users import user_held


def token_create(
    *, caller: Caller, user_id: uuid.UUID, body: Mapping[str, Any]
) -> tuple[Token, str]:
    """Create a token of the user; return it with its clear text, which is kept nowhere.

    Raises problem 2 when the account has no such user, 11 when the caller may not, 10 for a
    read-only label.
    """
    with transaction.atomic():
        user = user_held(caller.account_id, user_id)
        if user is None:
            raise ApiProblem(COLLECTION_NOT_FOUND)
        _check_permitted(caller, user_id)
        columns = stamps(caller, body)
        clear = clear_text(caller.dice)
        token = Token(user=user, name=body["name"], digest=digest(clear), **columns)
        token.save(force_insert=True)
    return token, clear


def token_replace(*, caller: Caller, token: Token, body: Mapping[str, Any]) -> None:
    """Change name and labels of a locked token; what is absent is kept.

    Raises problem 11 when the caller may not, 10 for a read-only label.
    """
    _check_permitted(caller, token.user_id)
    columns = restamp(token, caller, body)
    token.name = body.get("name", token.name)
    token.save(update_fields=[*columns, "name"])


def token_delete(*, caller: Caller, user_id: uuid.UUID, token_id: uuid.UUID) -> bool:
    """Revoke a token at once; return whether the user had it.

    Raises problem 11 when the caller may not.
    """
    _check_permitted(caller, user_id)
    tokens = Token.objects.filter(account_id=caller.account_id, user_id=user_id, id=token_id)
    deleted, _ = tokens.delete()
    return bool(deleted)


def _check_permitted(caller: Caller, user_id: uuid.UUID) -> None:
    if user_id == caller.user_id or caller.role is Role.OWNER:
        return
    owned = RoleBinding.objects.filter(
        account_id=caller.account_id, user_id=user_id, role=Role.OWNER
    )
    if owned.exists():
        raise ApiProblem(NOT_PERMITTED)
