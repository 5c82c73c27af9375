"""roleBindings: `…/core/v1/roleBindings`, and those of one user."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.accounts.models import RoleBinding
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from astra.api.query import COLLECTION_PARAMETERS
from identity.actions.owners import owners_locked
from identity.actions.role_bindings import (
    role_binding_create,
    role_binding_delete,
    role_binding_replace,
)
from identity.kinds import ROLE_BINDING
from identity.serializers.role_bindings import (
    MUTABLE,
    RoleBindingBody,
    RoleBindingCreate,
    RoleBindingFilters,
    RoleBindingReplace,
    represent,
)
from identity.views.scope import user_or_404


class RoleBindings(CollectionView):
    """The role bindings of the account."""

    kind = ROLE_BINDING
    shape = RoleBindingBody
    bodies = {"POST": RoleBindingCreate}
    simplified = {
        "POST": "there are no groups, a user has one role, and constraints are kept but not applied."
    }
    filters = RoleBindingFilters
    published_parameters = COLLECTION_PARAMETERS
    write_role = "admin"

    def rows(self) -> QuerySet[RoleBinding]:
        """Return the bindings of the account."""
        return RoleBinding.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: RoleBinding, now: datetime) -> dict[str, Any]:
        """Return the JSON of a binding."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Give a user a role: 201 with the binding."""
        binding = role_binding_create(
            caller=self.caller,
            body=self.parse(self.body()),
            user_id=self.ids.get("user_id"),
        )
        return self.created(represent(binding))


class UserRoleBindings(RoleBindings):
    """`…/users/{user_id}/roleBindings`: at most one, as a user has one role."""

    def rows(self) -> QuerySet[RoleBinding]:
        """Return the bindings of the user."""
        user_or_404(self)
        return RoleBinding.objects.filter(user_id=self.ids["user_id"])


class RoleBindingInstance(InstanceView):
    """One role binding."""

    kind = ROLE_BINDING
    id_name = "roleBinding_id"
    shape = RoleBindingBody
    bodies = {"PUT": RoleBindingReplace}
    simplified = {"PUT": "constraints are kept but not applied."}
    write_role = "admin"

    def rows(self) -> QuerySet[RoleBinding]:
        """Return the bindings among which the id is looked for."""
        return RoleBinding.objects.filter(account_id=self.caller.account_id)

    def represent(self, row: RoleBinding, now: datetime) -> dict[str, Any]:
        """Return the JSON of a binding."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace a binding: 204."""
        sent = self.body()
        body = self.parse(sent)
        with owners_locked(self.caller.account_id) as owners, self.replacing() as (row, document):
            refuse_changes(sent, document, mutable=MUTABLE)
            role_binding_replace(caller=self.caller, binding=row, body=body, owners=owners)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Take the user's role: 204."""
        bindings = self.rows().filter(id=self.ids["roleBinding_id"])
        if not role_binding_delete(caller=self.caller, bindings=bindings):
            raise self.not_found()
        return self.nothing()


class UserRoleBindingInstance(RoleBindingInstance):
    """`…/users/{user_id}/roleBindings/{roleBinding_id}`."""

    def rows(self) -> QuerySet[RoleBinding]:
        """Return the bindings among which the id is looked for."""
        return super().rows().filter(user_id=self.ids["user_id"])
