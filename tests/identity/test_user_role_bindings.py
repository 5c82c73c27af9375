"""roleBindings of one user."""

import uuid
from typing import Any

import pytest

from astra.accounts.models import Described, Role, RoleBinding, User
from tests import world
from tests.conftest import invalid, number
from tests.contract_writes import Refused
from tests.identity import test_role_bindings as of_the_account


class TestRoleBindingsOfAUser(of_the_account.TestRoleBindings):
    path = "core/v1/users/{user_id}/roleBindings"
    # The path says whose binding it is.
    invalid = {
        label: refused
        for label, refused in of_the_account.TestRoleBindings.invalid.items()
        if label not in ("nobody", "nil", "an unknown group", "user and group")
    } | {
        "another user": Refused({"userID": str(world.some_id())}, 9, ["userID"]),
        "a group": Refused({"groupID": str(world.some_id())}, 9, ["groupID"]),
    }

    person: User

    @pytest.fixture(autouse=True)
    def _person(self, _world: None) -> None:
        self.person = world.make_user(self.account, None)

    def url(self, identifier: object = None, **_: Any) -> str:
        """Return the path below the binding's own user, by default below the one of the test."""
        binding = None
        if isinstance(identifier, uuid.UUID):
            binding = RoleBinding.objects.filter(id=identifier, account=self.account).first()
        owner = binding.user_id if binding else self.person.id
        url = f"/accounts/{self.account.id}/core/v1/users/{owner}/roleBindings"
        return url if identifier is None else f"{url}/{identifier}"

    def make(self, **values: Any) -> Described:
        if self.person.account_id != self.account.id:
            return super().make(**values)
        constraints = [f"namespaces:id='{world.some_id()}'"]
        binding = world.bind(self.person, Role.VIEWER, constraints=constraints)
        RoleBinding.objects.filter(id=binding.id).update(**values)
        return binding

    def body(self) -> dict[str, Any]:
        return of_the_account.new(self.person)

    def test_a_user_that_is_not_there_has_no_bindings(self) -> None:
        for user in (world.some_id(), self.stranger.user_id):
            url = f"/accounts/{self.account.id}/core/v1/users/{user}/roleBindings"
            assert number(self.call("GET", url)) == 2

    def test_the_path_names_the_user(self) -> None:
        body = self.body()
        del body["userID"]
        assert self.call("POST", self.url(), body).status_code == 201
        assert RoleBinding.objects.get(user=self.person).role == body["role"]
        response = self.call("POST", self.url(), self.body())
        assert (number(response), invalid(response)) == (10, ["role"])
