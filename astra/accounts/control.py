"""Paths of the control surface that name an account."""

import uuid

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from astra.accounts.models import Account
from astra.api.control import ControlView, identifier


class AccountControlView(ControlView):
    """A path of the control surface about one account."""

    @property
    def account_id(self) -> uuid.UUID:
        """The id in the path, whether or not there is such an account. Raises problem 2."""
        return identifier(self.kwargs["account_id"])

    @cached_property
    def account(self) -> Account:
        """The account that the path names. Raises problem 2 when there is none."""
        return get_object_or_404(Account, id=self.account_id)
