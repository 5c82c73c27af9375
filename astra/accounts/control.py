"""Paths of the control surface that name an account."""

import uuid

from django.utils.functional import cached_property

from astra.accounts.finding import UnknownAccountError, account_of
from astra.accounts.models import Account
from astra.api.control import ControlView
from astra.api.patterns import parse_identifier


class AccountControlView(ControlView):
    """A path of the control surface about one account."""

    @property
    def account_id(self) -> uuid.UUID:
        """The id in the path, whether or not there is such an account. Raises problem 2."""
        found = parse_identifier(self.kwargs["account_id"])
        if found is None:
            raise UnknownAccountError(self.kwargs["account_id"])
        return found

    @cached_property
    def account(self) -> Account:
        """The account that the path names. Raises problem 2 when there is none."""
        return account_of(self.account_id)
