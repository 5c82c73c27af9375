"""Bearer authentication, as DRF asks for it."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from astra.accounts.callers import Caller, caller_of
from astra.api.requests import bearer_token


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`, the scheme in any case."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        """Return the caller. Raises problem 3 without a bearer token, else as ``caller_of``."""
        caller = caller_of(bearer_token(request._request))
        # The handler of refusals draws its correlation id from the caller's dice.
        request._request._caller = caller  # type: ignore[attr-defined]
        return caller, None
