"""Paths of the control surface that name an account."""

import uuid

from django.utils.functional import cached_property

from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import ControlView, identifier
from astra.api.problems import ApiProblem


class AccountControlView(ControlView):
    """A path of the control surface about one account."""

    @property
    def account_id(self) -> uuid.UUID:
        """The id in the path, whether or not there is such an account. Raises problem 2."""
        return identifier(self.kwargs["account_id"])

    @cached_property
    def account(self) -> Account:
        """The account that the path names. Raises problem 2 when there is none."""
        account = Account.objects.filter(id=self.account_id).first()
        if account is None:
            raise ApiProblem(problems.COLLECTION_NOT_FOUND)
        return account
