"""Create tokens, and who may change them.

Everybody manages its own; those of others an admin, those of an owner only an owner: with such a
token goes the role.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.accounts.models import Role, RoleBinding, Token
from astra.accounts.tokens import clear_text, digest
from astra.api.problems import COLLECTION_NOT_FOUND, NOT_PERMITTED, ApiProblem
from identity.actions.users import user_held


def token_create(*, caller: Caller, user_id: uuid.UUID, body: Mapping[str, Any]) -> Any:
    """Create a token of the user; its clear text, which is kept nowhere, is the row's ``clear``.

    Raises problem 2 when the account has no such user, 11 when the caller may not, 10 for a
    read-only label.
    """
    with transaction.atomic():
        user = user_held(caller.account_id, user_id)
        if user is None:
            raise ApiProblem(COLLECTION_NOT_FOUND)
        check_permitted(caller, user_id)
        columns = stamps(caller, body)
        clear = clear_text(caller.dice)
        token: Any = Token(user=user, name=body["name"], digest=digest(clear), **columns)
        token.save(force_insert=True)
    token.clear = clear
    return token


def check_permitted(caller: Caller, user_id: uuid.UUID) -> None:
    """Raise problem 11 when the caller may not write the user's tokens."""
    if user_id == caller.user_id or caller.role is Role.OWNER:
        return
    owned = RoleBinding.objects.filter(account_id=caller.account_id, role=Role.OWNER)
    if owned.filter(Q(user_id=user_id) | Q(group__users=user_id)).exists():
        raise ApiProblem(NOT_PERMITTED)
