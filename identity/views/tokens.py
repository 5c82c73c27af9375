"""tokens: `…/core/v1/users/{user_id}/tokens`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.accounts.models import Token
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from astra.api.query import COLLECTION_PARAMETERS
from astra.api.views import ApiView
from identity.actions.tokens import token_create, token_delete, token_replace
from identity.kinds import TOKEN
from identity.serializers.tokens import (
    MUTABLE,
    NewTokenBody,
    TokenBody,
    TokenCreate,
    TokenFilters,
    TokenReplace,
    represent,
    represent_new,
)
from identity.views.scope import user_or_404


class _TokensOfUser(ApiView):
    """Writing takes the role admin, except below the caller's own user."""

    kind = TOKEN
    write_role = "admin"

    def _check_role(self, request: Request) -> None:
        if self.ids["user_id"] != self.caller.user_id:
            super()._check_role(request)


class Tokens(_TokensOfUser, CollectionView):
    """The tokens of a user."""

    shape = TokenBody
    new_shape = NewTokenBody
    bodies = {"POST": TokenCreate}
    filters = TokenFilters
    published_parameters = COLLECTION_PARAMETERS

    def rows(self) -> QuerySet[Token]:
        """Return the tokens of the user."""
        user_or_404(self)
        return Token.objects.filter(user_id=self.ids["user_id"])

    def represent(self, row: Token, now: datetime) -> dict[str, Any]:
        """Return the JSON of a token."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create a token: 201 with the token and, this once, its clear text."""
        body = self.parse(self.body())
        token, clear = token_create(caller=self.caller, user_id=self.ids["user_id"], body=body)
        return self.created(represent_new(token, clear))


class TokenInstance(_TokensOfUser, InstanceView):
    """One token of a user."""

    id_name = "token_id"
    shape = TokenBody
    bodies = {"PUT": TokenReplace}

    def rows(self) -> QuerySet[Token]:
        """Return the tokens among which the id is looked for."""
        return Token.objects.filter(account_id=self.caller.account_id, user_id=self.ids["user_id"])

    def represent(self, row: Token, now: datetime) -> dict[str, Any]:
        """Return the JSON of a token."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace a token: 204."""
        sent = self.body()
        body = self.parse(sent)
        with self.replacing() as (token, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            token_replace(caller=self.caller, token=token, body=body)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Revoke a token: 204."""
        ids = self.ids
        if not token_delete(caller=self.caller, user_id=ids["user_id"], token_id=ids["token_id"]):
            raise self.not_found()
        return self.nothing()
