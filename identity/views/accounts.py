"""accounts: `/accounts`. A caller sees its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.accounts.models import Account
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from astra.api.query import COLLECTION_PARAMETERS
from identity.actions.accounts import account_create, account_delete, account_replace
from identity.kinds import ACCOUNT
from identity.serializers.accounts import (
    MUTABLE,
    AccountBody,
    AccountCreate,
    AccountFilters,
    AccountReplace,
    represent,
)


class Accounts(CollectionView):
    """The accounts that the caller may see: its own."""

    kind = ACCOUNT
    shape = AccountBody
    bodies = {"POST": AccountCreate}
    simplified = {
        "GET": "a caller sees its own account only.",
        "POST": "the creator becomes the owner of the new account, as a user of its own there.",
    }
    filters = AccountFilters
    published_parameters = COLLECTION_PARAMETERS
    write_role = "owner"

    def rows(self) -> QuerySet[Account]:
        """Return the caller's account."""
        return Account.objects.filter(id=self.caller.account_id)

    def represent(self, row: Account, now: datetime) -> Mapping[str, Any]:
        """Return the JSON of an account."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create an account: 201 with the account, which the caller's token does not open."""
        account = account_create(caller=self.caller, body=self.parse(self.body()))
        return self.created(represent(account))


class AccountInstance(InstanceView):
    """The caller's account."""

    kind = ACCOUNT
    id_name = "account_id"
    shape = AccountBody
    bodies = {"PUT": AccountReplace}
    simplified = {"DELETE": "the account is marked and closed, its resources stay."}
    write_role = "owner"

    def rows(self) -> QuerySet[Account]:
        """Return the accounts among which the id is looked for."""
        return Account.objects.all()

    def represent(self, row: Account, now: datetime) -> Mapping[str, Any]:
        """Return the JSON of an account."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace the account: 204."""
        sent = self.body()
        body = self.parse(sent)
        with self.replacing() as (account, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            account_replace(caller=self.caller, account=account, body=body)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Mark the account for deletion: 204."""
        account_delete(caller=self.caller)
        return self.nothing()
