"""The inherited tests of what changes a resource; see ``tests.contract``."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from astra.accounts.models import Described
from tests import world
from tests.conftest import invalid, number
from tests.contract import NO_IDENTIFIERS, Resource

# As the value of a member in a change: leave the member out.
ABSENT = object()


@dataclass(frozen=True)
class Refused:
    """Changes to a good body, and how they are refused: the problem, and what it names."""

    changes: Mapping[str, Any]
    problem: int = 8
    names: list[str] = field(default_factory=list)


def changed(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with the changes made."""
    return {name: value for name, value in {**body, **changes}.items() if value is not ABSENT}


def without_metadata(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members beside `metadata`."""
    return {name: value for name, value in document.items() if name != "metadata"}


class _Changes(Resource):
    def cases(self) -> dict[str, Mapping[str, Any]]:
        """Return what tests are repeated for: by a test's argument, its values by a label."""
        return {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        for name, cases in self.cases().items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, list(cases.values()), ids=list(cases))

    def seen_of(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of a body that answers have, beside `metadata`."""
        return {
            name: value for name, value in without_metadata(body).items() if name not in self.hidden
        }

    @contextmanager
    def nothing_changed(self) -> Iterator[None]:
        """Assert that the collection is the same after the block."""
        before = self.read(self.url())["items"]
        yield
        assert self.read(self.url())["items"] == before

    def assert_role_needed(self, method: str, url: str, body: Any = None) -> None:
        """Assert that every weaker role and every other account is refused, changing nothing."""
        roles = [self.as_role(role) for role in self.weaker_roles()]
        assert roles or self.write_role == "viewer"
        with self.nothing_changed():
            for api in (*roles, self.stranger):
                assert number(self.call(method, url, body, by=api)) == 11

    def missing(self) -> list[object]:
        """Return ids that name nothing in the account, malformed ones among them."""
        return [world.some_id(), self.make_elsewhere().id, *NO_IDENTIFIERS]


class Creates(_Changes):
    """POST to the collection."""

    # By a label for people: changes to the good body that are accepted, and those that are not.
    valid: ClassVar[Mapping[str, Mapping[str, Any]]] = {"good": {}}
    invalid: ClassVar[Mapping[str, Refused]] = {}

    def cases(self) -> dict[str, Mapping[str, Any]]:
        return super().cases() | {"accepted": self.valid, "refused": self.invalid}

    def body(self) -> dict[str, Any]:
        """Return a good body for the world, without `metadata`."""
        raise NotImplementedError

    def collection_methods(self) -> set[str]:
        return super().collection_methods() | {"POST"}

    def test_a_create_answers_with_the_new_instance(self, accepted: Mapping[str, Any]) -> None:
        body, before = changed(self.body(), accepted), self.ids()
        response = self.call("POST", self.url(), body)
        assert response.status_code == 201, response.content
        document = json.loads(response.content)
        assert response["Location"] == f"http://testserver{self.url(document['id'])}"
        retrieved = self.call("GET", self.url(document["id"]))
        assert retrieved.content == response.content
        assert retrieved["ETag"] == response["ETag"]
        assert document["id"] not in before
        assert sorted(self.ids()) == sorted([*before, document["id"]])
        assert self.seen_of(body).items() <= without_metadata(document).items()
        assert not self.hidden & document.keys()

    def test_metadata_of_a_new_instance_is_the_service_s(self, accepted: Mapping[str, Any]) -> None:
        body = changed(self.body(), accepted)
        document = json.loads(self.call("POST", self.url(), body).content)
        assert document["metadata"] == {
            "labels": body.get("metadata", {}).get("labels", []),
            "creationTimestamp": "2026-01-05T12:00:00.123456Z",
            "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
            "createdBy": str(self.api.user_id),
        }

    def test_a_bad_body_is_refused_by_every_name(self, refused: Refused) -> None:
        body = changed(self.body(), refused.changes)
        with self.nothing_changed():
            response = self.call("POST", self.url(), body)
            assert number(response) == refused.problem, response.content
            assert sorted(invalid(response)) == sorted(refused.names)

    @pytest.mark.parametrize("body", [[], "x", 1, True, None])
    def test_a_body_that_is_no_object_is_problem_8_naming_nothing(self, body: Any) -> None:
        with self.nothing_changed():
            response = self.call("POST", self.url(), json.dumps(body))
            assert (number(response), invalid(response)) == (8, [])

    def test_a_body_that_is_no_json_is_problem_7(self) -> None:
        with self.nothing_changed():
            response = self.call("POST", self.url(), b"{")
            assert (number(response), invalid(response)) == (7, [])

    @pytest.mark.parametrize("own", [False, True])
    def test_the_new_instance_has_the_media_type_asked_for(self, own: bool) -> None:
        headers: dict[str, Any] = {"Accept": self.kind.media_type} if own else {}
        response = self.call("POST", self.url(), self.body(), **headers)
        expected = self.kind.media_type if own else "application/json"
        assert (response.status_code, response["Content-Type"]) == (201, expected)

    def test_a_weaker_role_may_not_create(self) -> None:
        self.assert_role_needed("POST", self.url(), self.body())

    def test_the_weakest_permitted_role_may_create(self) -> None:
        response = self.call("POST", self.url(), self.body(), by=self.as_role(self.write_role))
        assert response.status_code == 201

    def test_a_create_takes_no_query_parameter(self) -> None:
        with self.nothing_changed():
            response = self.call("POST", f"{self.url()}?limit=1", self.body())
            assert (number(response), invalid(response)) == (6, ["limit"])

    def test_a_create_takes_its_number_of_statements(self) -> None:
        self.assert_statements("create", "POST", self.url(), self.body())


class Replaces(_Changes):
    """PUT of an instance: 204, or 200 with it; what it does not say, and what only the service may
    say, is kept.
    """

    # By a label for people: bodies that are accepted (members beside type and version).
    replacements: ClassVar[Mapping[str, Mapping[str, Any]]]
    unacceptable: ClassVar[Mapping[str, Refused]] = {}
    # Whether the answer is 200 with the instance.
    replace_shows: ClassVar[bool] = False
    # The problem of what is not there.
    replace_misses: ClassVar[int] = 1

    def cases(self) -> dict[str, Mapping[str, Any]]:
        return super().cases() | {
            "members": self.replacements,
            "unacceptable_body": self.unacceptable,
        }

    def instance_methods(self) -> set[str]:
        return super().instance_methods() | {"PUT"}

    def replacement(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body with the changes; by default type and version are all it needs."""
        return changed({"type": self.kind.type, "version": self.kind.versions[0]}, changes)

    def test_a_replace_changes_what_it_says_and_keeps_the_rest(
        self, members: Mapping[str, Any]
    ) -> None:
        url = self.url(self.make().id)
        before = self.read(url)
        sent = self.replacement(members)
        response = self.call("PUT", url, sent)
        after = self.read(url)
        if self.replace_shows:
            assert (response.status_code, response.json()) == (200, after)
        else:
            assert (response.status_code, response.content) == (204, b"")
        seen = {name: value for name, value in self.seen_of(sent).items() if name != "version"}
        assert without_metadata(after) == without_metadata(before) | seen
        assert after["metadata"]["modifiedBy"] == str(self.api.user_id)
        assert after["metadata"]["creationTimestamp"] == before["metadata"]["creationTimestamp"]
        assert after["metadata"]["labels"] == members.get("metadata", before["metadata"])["labels"]

    def test_a_bad_replace_is_refused_by_every_name(self, unacceptable_body: Refused) -> None:
        url = self.url(self.make().id)
        with self.nothing_changed():
            response = self.call("PUT", url, self.replacement(unacceptable_body.changes))
            assert number(response) == unacceptable_body.problem, response.content
            assert sorted(invalid(response)) == sorted(unacceptable_body.names)

    def test_a_stale_entity_tag_stops_a_replace(self) -> None:
        url = self.url(self.make().id)
        with self.nothing_changed():
            response = self.call("PUT", url, self.replacement({}), If_Match='"stale"')
            assert number(response) == 38

    def test_the_present_entity_tag_lets_a_replace_through(self) -> None:
        url = self.url(self.make().id)
        tag = self.call("GET", url)["ETag"]
        response = self.call("PUT", url, self.replacement({}), If_Match=tag)
        assert response.status_code == (200 if self.replace_shows else 204)

    def test_a_replace_of_what_is_not_there_is_its_404(self) -> None:
        for identifier in self.missing():
            response = self.call("PUT", self.url(identifier), self.replacement({}))
            assert number(response) == self.replace_misses

    def test_a_weaker_role_may_not_replace(self) -> None:
        self.assert_role_needed("PUT", self.url(self.make().id), self.replacement({}))

    def test_a_replace_takes_its_number_of_statements(self) -> None:
        url = self.url(self.make().id)
        self.assert_statements("replace", "PUT", url, self.replacement({}))


class Deletes(_Changes):
    """DELETE of an instance: 204, and gone."""

    def instance_methods(self) -> set[str]:
        return super().instance_methods() | {"DELETE"}

    def make_deletable(self) -> Described:
        """Store an instance that nothing keeps from being deleted."""
        return self.make()

    def let_go(self) -> None:
        """Let so much time pass that what begins to go is gone."""

    def test_a_deleted_instance_is_gone(self) -> None:
        made, other = self.make_deletable(), self.make_deletable()
        response = self.call("DELETE", self.url(made.id))
        assert (response.status_code, response.content) == (204, b"")
        self.let_go()
        assert number(self.call("GET", self.url(made.id))) == 2
        assert number(self.call("DELETE", self.url(made.id))) == 1
        ids = self.ids()
        assert str(made.id) not in ids
        assert str(other.id) in ids

    def test_a_body_and_any_accept_header_are_ignored_on_delete(self) -> None:
        url = self.url(self.make_deletable().id)
        assert self.call("DELETE", url, b"{", Accept="text/html").status_code == 204

    def test_a_delete_of_what_is_not_there_is_problem_1(self) -> None:
        for identifier in self.missing():
            assert number(self.call("DELETE", self.url(identifier))) == 1

    def test_a_delete_takes_no_query_parameter(self) -> None:
        url = self.url(self.make_deletable().id)
        with self.nothing_changed():
            assert number(self.call("DELETE", f"{url}?force=true")) == 6

    def test_a_weaker_role_may_not_delete(self) -> None:
        self.assert_role_needed("DELETE", self.url(self.make_deletable().id))

    def test_a_delete_takes_its_number_of_statements(self) -> None:
        self.assert_statements("delete", "DELETE", self.url(self.make_deletable().id))
