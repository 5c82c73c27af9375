"""accounts: `/simulator/v1/accounts`. One call each: new, reset, deleted."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse

from astra.accounts.control import account_of
from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import ControlView, identifier, read_body
from astra.api.media import json_response
from astra.api.problems import ApiProblem, Invalid, ProblemType
from astra.isolation.accounts import (
    NoOriginError,
    account_delete,
    account_new,
    account_reset,
)
from astra.isolation.bodies import AccountBody, details, introduction, summary
from astra.isolation.holding import (
    AccountAdvancingError,
    AccountBusyError,
    UnknownAccountError,
)
from astra.scenarios.errors import UnknownScenarioError
from astra.scenarios.views import scenario_problems

_RETRY_AFTER = {"Retry-After": "1"}


class Accounts(ControlView):
    """All accounts, and new ones."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them, oldest first."""
        items = [summary(account) for account in Account.objects.order_by("created_at", "id")]
        return json_response({"items": items}, tag=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one from a scenario: 201 with its token, which is shown only here."""
        wanted = AccountBody.wanted(read_body(request))
        try:
            with scenario_problems():
                made = account_new(wanted)
        except ApiProblem as error:
            raise _about_the_body(error) from error
        return json_response(introduction(made), status=201, tag=False)


class AccountInstance(ControlView):
    """One account."""

    def get(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Describe it, with the ids of what it has."""
        return json_response(details(account_of(account_id)), tag=False)

    def delete(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Delete it with everything in it."""
        with isolation_problems(problems.RESOURCE_NOT_FOUND):
            account_delete(identifier(account_id, problems.RESOURCE_NOT_FOUND))
        return HttpResponse(status=204)


class AccountReset(ControlView):
    """Putting an account back."""

    def post(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Put it back to what it was made as."""
        with isolation_problems():
            account = account_reset(identifier(account_id))
        return json_response(details(account), tag=False)


@contextmanager
def isolation_problems(missing: ProblemType = problems.COLLECTION_NOT_FOUND) -> Iterator[None]:
    """Raise 404, 409 (problem 10, or 164 while the clock is on its way) or 503 (24)."""
    try:
        yield
    except UnknownAccountError as error:
        raise ApiProblem(missing) from error
    except NoOriginError as error:
        fields = [Invalid("id", str(error))]
        raise ApiProblem(problems.CONFLICT, fields=fields) from error
    except AccountAdvancingError as error:
        raise ApiProblem(problems.UNEXPECTED_STATE, headers=_RETRY_AFTER) from error
    except AccountBusyError as error:
        raise ApiProblem(problems.SERVICE_UNAVAILABLE, headers=_RETRY_AFTER) from error


def _about_the_body(error: ApiProblem) -> ApiProblem:
    """Return the problem that a scenario named in a body has: nothing of the path is missing."""
    if isinstance(error.__cause__, UnknownScenarioError):
        fields = [Invalid("scenario", str(error.__cause__))]
        return ApiProblem(problems.INVALID_FIELDS, fields=fields)
    if error.type is problems.UNSUPPORTED_QUERY:
        fields = [Invalid(f"parameters.{item.name}", item.reason) for item in error.params]
        return ApiProblem(problems.INVALID_FIELDS, fields=fields)
    return error
