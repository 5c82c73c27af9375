"""The account that the pages of the admin site show: chosen once, for all lists and the overview.

It is kept with the person's session. A list says in its address what it shows, as if it had been
filtered by hand.
"""

from django.http import HttpRequest

from astra.accounts.models import Account
from astra.api.patterns import parse_identifier

PARAMETER = "account"
# How many are offered, the newest ones.
MOST_OFFERED = 50
_KEPT = "astra-account"


def choose(request: HttpRequest, wanted: str) -> None:
    """Keep which account is to be shown, by its id; an empty one: all."""
    if request.session.get(_KEPT, "") != wanted:
        request.session[_KEPT] = wanted


def chosen(request: HttpRequest) -> str:
    """Return the id of the account that was chosen last, empty: all are to be shown."""
    return str(request.session.get(_KEPT, ""))


def offered() -> list[Account]:
    """Return the accounts to choose from."""
    return list(Account.objects.order_by("-created_at", "-id")[:MOST_OFFERED])


def found(wanted: str, among: list[Account]) -> Account | None:
    """Return the account with an id, which is looked for in the database where it is not offered."""
    identifier = parse_identifier(wanted) if wanted else None
    if identifier is None:
        return None
    near = next((each for each in among if each.pk == identifier), None)
    return near or Account.objects.filter(pk=identifier).first()
