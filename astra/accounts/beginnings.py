"""What every account has from the start, beside what it is made with: families tell of it.

Whoever makes accounts calls ``begin_accounts`` once they are in the database.
"""

from collections.abc import Callable, Sequence

from astra.accounts.models import Account

# Gives accounts what they do not have yet.
Beginning = Callable[[Sequence[Account]], None]

_beginnings: dict[Beginning, None] = {}


def register_beginning(begin: Beginning) -> None:
    """Add what new accounts are given."""
    _beginnings[begin] = None


def begin_accounts(accounts: Sequence[Account]) -> None:
    """Give accounts what every account has."""
    for begin in _beginnings:
        begin(accounts)
