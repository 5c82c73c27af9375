"""accounts: `/accounts`. A caller sees its own."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.accounts.kinds import ACCOUNT
from astra.accounts.models import Account
from astra.accounts.serializers import MEMBERS, represent
from astra.api.collections import CollectionView
from astra.api.views import ApiView


class Accounts(CollectionView):
    """The accounts that the caller may see: its own."""

    kind = ACCOUNT
    members = MEMBERS

    def rows(self) -> QuerySet[Account]:
        """Return the caller's account."""
        return Account.objects.filter(id=self.caller.account_id)

    def represent(self, row: Account, now: datetime) -> dict[str, Any]:
        """Return the JSON of an account."""
        return represent(row, now)


class AccountInstance(ApiView):
    """The caller's account."""

    kind = ACCOUNT
    write_role = "owner"

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        """Retrieve the account."""
        account = Account.objects.get(id=self.caller.account_id)
        return self.found(represent(account, self.caller.now()))
