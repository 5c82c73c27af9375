"""One account: the caller's own."""

from typing import Any

from django.db.models import QuerySet

from astra.resources.views import ResourceInstance
from identity.actions.accounts import account_delete


class AccountInstance(ResourceInstance):
    """The caller's account."""

    def delete_one(self, rows: QuerySet[Any]) -> bool:
        """Mark the account for deletion."""
        account_delete(caller=self.caller)
        return True
