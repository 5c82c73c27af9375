"""Views that do more than those of every resource: of the caller's account, and of tokens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http.response import HttpResponseBase

from astra.api.problems import INTERNAL_ERROR, ApiProblem
from astra.resources.views import ResourceCollection, ResourceInstance
from identity.actions.accounts import account_delete
from identity.actions.directory import reached
from identity.actions.tokens import check_permitted


class AccountInstance(ResourceInstance):
    """The caller's account."""

    def delete_one(self, rows: QuerySet[Any]) -> bool:
        """Mark the account for deletion."""
        account_delete(caller=self.caller)
        return True


class LdapEntries(ResourceCollection):
    """What the directory has; 25 at a time unless the caller says another limit."""

    usual_limit: ClassVar[int] = 25

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """List the entries. Raises problem 34 while no directory is reached."""
        if reached(self.caller.account_id) is None:
            raise ApiProblem(INTERNAL_ERROR)
        if self.query.limit is None:
            self.query = replace(self.query, limit=self.usual_limit)
        return super().get(*args, **kwargs)


class TokenInstance(ResourceInstance):
    """One token of a user."""

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Change the locked token. Raises problem 11 when the caller may not."""
        check_permitted(self.caller, row.user_id)
        super().replace(row, body)

    def delete_one(self, rows: QuerySet[Any]) -> bool:
        """Revoke the token at once. Raises problem 11 when the caller may not."""
        check_permitted(self.caller, self.ids["user_id"])
        return super().delete_one(rows)
