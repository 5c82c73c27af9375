"""An account that is named, and what is said where there is none of that id."""

import uuid

from astra.accounts.models import Account
from astra.api.problems import MOST_NAMED, Refusal, there_are


class UnknownAccountError(Refusal):
    """There is no account of this id."""

    def __init__(self, named: uuid.UUID | str) -> None:
        known = Account.objects.order_by("created_at", "id").values_list("name", "id")
        names = [f"{name} ({identifier})" for name, identifier in known[: MOST_NAMED + 1]]
        super().__init__(f"No account has the id {named}; {there_are(names)}.")


def account_of(account_id: uuid.UUID) -> Account:
    """Return an account. Raises ``UnknownAccountError``."""
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise UnknownAccountError(account_id)
    return account
