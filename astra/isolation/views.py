"""accounts: `/simulator/v1/accounts`. One call each: new, reset, deleted."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from astra.accounts.control import AccountControlView
from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import ControlView
from astra.api.problems import ApiProblem, Invalid
from astra.isolation.accounts import account_delete, account_new, account_reset
from astra.isolation.bodies import AccountBody, details, introduction, summary
from astra.scenarios.errors import UnknownParameterError, UnknownScenarioError


class Accounts(ControlView):
    """All accounts, and new ones."""

    def get(self, request: HttpRequest) -> dict[str, Any]:
        """List them, oldest first."""
        return {"items": [summary(each) for each in Account.objects.order_by("created_at", "id")]}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one from a scenario: 201 with its token, which is shown only here."""
        wanted = AccountBody.wanted(self.parse(AccountBody, may_be_absent=True))
        # A scenario that the body names is nothing that the path or the query lacks.
        try:
            made = account_new(wanted)
        except UnknownScenarioError as error:
            raise _wrong("scenario", str(error)) from error
        except UnknownParameterError as error:
            (invalid,) = error.params
            raise _wrong(f"parameters.{invalid.name}", invalid.reason) from error
        return self.found(introduction(made), status=201)


class IsolationView(AccountControlView):
    """A path about an account as a whole: what PUT and DELETE do not find is problem 1."""

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return what the method of the request returns."""
        try:
            return super().answer(request, *args, **kwargs)
        except ApiProblem as problem:
            is_missing = problem.type is problems.COLLECTION_NOT_FOUND
            if is_missing and request.method in ("PUT", "DELETE"):
                raise ApiProblem(problems.RESOURCE_NOT_FOUND) from problem
            raise


class AccountInstance(IsolationView):
    """One account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Describe it, with the ids of what it has."""
        return details(self.account)

    def delete(self, request: HttpRequest, **kwargs: str) -> None:
        """Delete it with everything in it."""
        account_delete(self.account_id)


class AccountReset(IsolationView):
    """Putting an account back."""

    def post(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Put it back to what it was made as."""
        return details(account_reset(self.account_id))


def _wrong(member: str, reason: str) -> ApiProblem:
    return ApiProblem(problems.INVALID_FIELDS, fields=[Invalid(member, reason)])
