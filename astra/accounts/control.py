"""The accounts that paths of the control surface name."""

from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import identifier
from astra.api.problems import ApiProblem, ProblemType


def account_of(text: str, missing: ProblemType = problems.COLLECTION_NOT_FOUND) -> Account:
    """Return the account that a path names; raises the problem ``missing`` when there is none."""
    account = Account.objects.filter(id=identifier(text, missing)).first()
    if account is None:
        raise ApiProblem(missing)
    return account
