"""Tokens of a user. Source: section 11 of `appbackup.md` and the published `token` schemas."""

from typing import Any

from astra.accounts.models import NAME_MAX_LENGTH, Token
from astra.api import fields, patterns
from astra.resources.composed import Known
from astra.resources.members import ABSENT, REQUIRED, Identifier, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource
from astra.resources.shapes import Members
from identity import kinds
from identity.actions.tokens import token_create
from identity.views import TokenInstance


def _clear_text(**options: Any) -> fields.StrictCharField:
    return fields.StrictCharField(pattern=patterns.BASE64, **options)


MEMBERS = Members(
    kinds.TOKEN,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Identifier("userID", create=ABSENT, fixed=True),
    Known("token", _clear_text, column="clear", once=True, create=ABSENT, replace=ABSENT),
    module=__name__,
)

TOKEN = Resource(
    model=Token,
    members=MEMBERS,
    paths=(
        "core/v1/users/{user_id}/tokens",
        "core/v1/groups/{group_id}/users/{user_id}/tokens",
    ),
    within=WHOLE_ACCOUNT,
    **kinds.COMMON,
    write_role="admin",
    create=token_create,
    own_users_write=True,
    instance=TokenInstance,
    seeding=None,
)
