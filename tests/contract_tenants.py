"""The inherited tests of the collection of tenants, of which a caller sees its own alone."""

import json
from typing import Any

from tests.conftest import number
from tests.contract import Resource


class Tenants(Resource):
    """GET and POST of the collection, DELETE of an instance."""

    def body(self) -> dict[str, Any]:
        """Return a good body for a create."""
        raise NotImplementedError

    def collection_methods(self) -> set[str]:
        return {"GET", "HEAD", "POST"}

    def test_the_list_has_the_caller_s_own_alone(self) -> None:
        for caller in (self.api, self.stranger):
            document = self.call("GET", f"{self.url()}?count=true", by=caller).json()
            assert [item["id"] for item in document["items"]] == [str(caller.account.id)]
            assert document["metadata"] == {"count": 1}
            assert document["type"] == self.kind.list_type

    def test_the_collection_refuses_the_methods_it_does_not_offer(self) -> None:
        self.assert_other_methods_refused(self.url(), self.collection_methods())

    def test_a_new_one_is_not_the_caller_s(self) -> None:
        response = self.call("POST", self.url(), self.body())
        assert response.status_code == 201
        made = json.loads(response.content)
        assert response["Location"] == f"http://testserver{self.url(made['id'])}"
        assert number(self.call("GET", self.url(made["id"]))) == 11
        assert made["id"] not in self.ids()

    def test_a_weaker_role_may_not_create_or_delete(self) -> None:
        for role in self.weaker_roles():
            assert number(self.call("POST", self.url(), self.body(), by=self.as_role(role))) == 11
            own = self.url(self.account.id)
            assert number(self.call("DELETE", own, by=self.as_role(role))) == 11

    def test_a_deleted_one_is_closed_to_its_callers(self) -> None:
        own, viewer = self.url(self.account.id), self.as_role("viewer")
        assert self.call("DELETE", own).status_code == 204
        for caller in (self.api, viewer):
            assert number(self.call("GET", own, by=caller)) == 11
