"""Bearer tokens: made here, stored as SHA-256, shown once."""

import base64
import hashlib
from datetime import datetime

from astra.accounts.models import Token, User
from astra.api.dice import RANDOM_DICE, Dice, new_id

VERSION = "1.0"


def digest(clear: str) -> str:
    """Return what is stored of a token: the hex SHA-256 of its clear text."""
    return hashlib.sha256(clear.encode()).hexdigest()


def clear_text(dice: Dice) -> str:
    """Return a new token: standard base64, padded, as the published schema asks."""
    return base64.b64encode(dice.new_id().bytes + dice.new_id().bytes).decode()


def issue_token(
    *, user: User, name: str, now: datetime | None = None, expires_at: datetime | None = None
) -> tuple[Token, str]:
    """Store a token for the user; return it with its clear text, which is kept nowhere.

    ``now`` is the account's instant (asked of its clock when left out).
    """
    clear = clear_text(RANDOM_DICE)
    instant = now or user.account.now()
    token = Token.objects.create(
        id=new_id(),
        account_id=user.account_id,
        user=user,
        name=name,
        version=VERSION,
        digest=digest(clear),
        expires_at=expires_at,
        created_at=instant,
        modified_at=instant,
    )
    return token, clear
