"""tokens: `/simulator/v1/accounts/{account_id}/tokens`, for whoever steers the service, not its users."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from astra.accounts.control import AccountControlView
from astra.accounts.models import NAME_MAX_LENGTH, Role, Token, User, UserState
from astra.accounts.tokens import issue_token
from astra.api import fields, problems
from astra.api.clock import timestamp
from astra.api.media import with_values
from astra.api.patterns import parse_identifier
from astra.api.problems import ApiProblem, refusal
from astra.api.quantities import parse_duration
from astra.api.serializers import ClosedSerializer, extended_error


class TokenBody(ClosedSerializer):
    """A request for a token: of the user with the email, else of the account's first owner."""

    email = fields.StrictCharField(required=False, min_length=1)
    name = fields.StrictCharField(required=False, min_length=1, max_length=NAME_MAX_LENGTH)
    expiresIn = fields.StrictCharField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no duration (problem 9)."""
        if "expiresIn" in attrs:
            try:
                attrs["expiresIn"] = parse_duration(attrs["expiresIn"])
            except (ValueError, OverflowError) as error:
                raise extended_error("expiresIn", str(error)) from error
            if attrs["expiresIn"] <= timedelta():
                raise extended_error("expiresIn", "Must be longer than nothing.")
        return attrs


class AccountTokens(AccountControlView):
    """The tokens of an account's users."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Issue one: 201 with its clear text, which is shown only here."""
        wanted = self.parse(TokenBody, may_be_absent=True)
        user, now = self._user(wanted.get("email")), self.account.now()
        try:
            expires_at = now + wanted["expiresIn"] if "expiresIn" in wanted else None
        except OverflowError as error:
            raise refusal(problems.INVALID_FIELDS, "expiresIn", "Time ends before.") from error
        token, clear = issue_token(
            user=user, name=wanted.get("name", "control"), now=now, expires_at=expires_at
        )
        document = {
            "id": str(token.id),
            "token": clear,
            "userID": str(user.id),
            "email": user.email,
            "expiresAt": expires_at and timestamp(expires_at),
        }
        return self.found(with_values(document), status=201)

    def _user(self, email: str | None) -> User:
        users = User.objects.filter(account=self.account).order_by("created_at", "id")
        if email is not None:
            found = users.filter(email=email).first()
            if found is None:
                raise refusal(problems.INVALID_FIELDS, "email", "No user of the account has it.")
            return found
        owners = users.filter(rolebinding__role=Role.OWNER, state=UserState.ACTIVE, is_enabled=True)
        found = owners.first()
        if found is None:
            raise refusal(
                problems.INVALID_FIELDS, "email", "The account has no owner; say whose it is to be."
            )
        return found


class AccountToken(AccountControlView):
    """One token."""

    def delete(self, request: HttpRequest, token_id: str, **kwargs: str) -> None:
        """Revoke it."""
        found = parse_identifier(token_id)
        if found is not None:
            tokens = Token.objects.filter(account_id=self.account_id, id=found)
            if tokens.delete()[0]:
                return
        raise ApiProblem(problems.RESOURCE_NOT_FOUND)


urlpatterns = [
    path("tokens", AccountTokens.as_view(), name="account-tokens"),
    path("tokens/<str:token_id>", AccountToken.as_view(), name="account-token"),
]
