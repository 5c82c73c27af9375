"""Bearer authentication, as DRF asks for it."""

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication

from astra.accounts.callers import Caller, caller_of, remembered
from astra.api.requests import bearer_token


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`, the scheme in any case."""

    def authenticate(self, request: HttpRequest) -> tuple[Caller, None]:
        """Return the caller, as remembered where that is enough (``ApiView.proves``).

        Raises problem 3 without a bearer token, else as ``caller_of``.
        """
        token = bearer_token(request)
        known = remembered(token) if getattr(request, "_may_remember", False) else None
        caller = known or caller_of(token)
        # The handler of refusals draws its correlation id from the caller's dice.
        request._caller = caller  # type: ignore[attr-defined]
        return caller, None
