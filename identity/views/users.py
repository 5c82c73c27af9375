"""users: `…/core/v1/users`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.accounts.models import User
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from astra.api.query import COLLECTION_PARAMETERS
from identity.actions.owners import owners_locked
from identity.actions.users import user_create, user_delete, user_replace
from identity.kinds import USER
from identity.serializers.users import (
    MUTABLE,
    UserBody,
    UserCreate,
    UserFilters,
    UserReplace,
    represent,
)


class Users(CollectionView):
    """The users of the account."""

    kind = USER
    shape = UserBody
    bodies = {"POST": UserCreate}
    simplified = {
        "GET": "users have no `lastActTimestamp`.",
        "POST": "no email is sent, and no login but that by tokens exists.",
    }
    filters = UserFilters
    published_parameters = COLLECTION_PARAMETERS
    write_role = "admin"

    def rows(self) -> QuerySet[User]:
        """Return the users of the account."""
        return User.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: User, now: datetime) -> dict[str, Any]:
        """Return the JSON of a user."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create a user: 201 with the user, who has no role yet."""
        user = user_create(caller=self.caller, body=self.parse(self.body()))
        return self.created(represent(user))


class UserInstance(InstanceView):
    """One user."""

    kind = USER
    id_name = "user_id"
    shape = UserBody
    bodies = {"PUT": UserReplace}
    simplified = {"GET": "users have no `lastActTimestamp`."}
    write_role = "admin"

    def rows(self) -> QuerySet[User]:
        """Return the users among which the id is looked for."""
        return User.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: User, now: datetime) -> dict[str, Any]:
        """Return the JSON of a user."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace a user: 204."""
        sent = self.body()
        body = self.parse(sent)
        with owners_locked(self.caller.account_id) as owners, self.replacing() as (user, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            user_replace(caller=self.caller, user=user, body=body, owners=owners)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Delete a user with its tokens and its role: 204."""
        if not user_delete(caller=self.caller, user_id=self.ids["user_id"]):
            raise self.not_found()
        return self.nothing()
