"""Bearer authentication, as DRF asks for it."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication

from astra.accounts.callers import Caller, caller_of
from astra.api.requests import bearer_token


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`, the scheme in any case."""

    def authenticate(self, request: HttpRequest) -> tuple[Caller, None]:
        """Return the caller. Raises problem 3 without a bearer token, else as ``caller_of``."""
        caller = caller_of(bearer_token(request))
        # The handler of refusals draws its correlation id from the caller's dice.
        request._caller = caller  # type: ignore[attr-defined]
        return caller, None
