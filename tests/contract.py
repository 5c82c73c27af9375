"""What every resource of the API promises, as tests that a resource's test class inherits.

A class declares the resource (``Resource``) and inherits ``Lists`` and ``Retrieves``, and from
``tests.contract_writes`` ``Creates``, ``Replaces`` and ``Deletes``, as far as the API offers them.
The answers' schemas are checked on the way, see ``tests.wire``.
"""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from astra.accounts import callers
from astra.accounts.models import Account, Described, Role
from astra.api.resources import ResourceKind
from backups.actions import drafting
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, World, invalid, number

QUERY_COUNTS: dict[str, int] = json.loads(Path(__file__).with_name("query_counts.json").read_text())
NO_IDENTIFIERS = (
    "x",
    "0",
    "0AFBE357-A717-4C7A-8B3D-D0368959C8DE",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "%00",
)

ALL_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}


class Resource:
    """A resource under test; every test has an owner as ``api``, in a world with one app."""

    kind: ClassVar[ResourceKind]
    # The collection's path below the account; {app_id} is the app of the world.
    path: ClassVar[str]
    # Every JSON member that an instance may have.
    members: ClassVar[frozenset[str]]
    # Those that bodies have and answers have not.
    hidden: ClassVar[frozenset[str]] = frozenset()
    # The weakest role that may write.
    write_role: ClassVar[str] = Role.MEMBER
    # Whether `metadata` tells instants without their fractions.
    whole_seconds: ClassVar[bool] = False

    api: Api
    account: Account
    app: App
    bucket: Bucket
    as_role: Callable[[str], Api]
    stranger: Api

    # The world is made once for a class: each test has it as it was, whatever others did to it.

    @pytest.fixture
    def world(self, standing_world: World, db: None) -> World:
        # What was done to them is undone, unknown to this process.
        for memory in (callers._remembered, drafting._remembered):
            memory.clear()
        return copy.deepcopy(standing_world)

    @pytest.fixture(name="account")
    def _account(self, world: World) -> Account:
        return world.account

    @pytest.fixture(name="app")
    def _app(self, world: World) -> App:
        return world.app

    @pytest.fixture(name="bucket")
    def _bucket(self, world: World) -> Bucket:
        return world.bucket

    @pytest.fixture(name="api")
    def _api(self, world: World) -> Api:
        return world.api

    @pytest.fixture(name="stranger")
    def _stranger(self, world: World) -> Api:
        return world.stranger

    @pytest.fixture(autouse=True)
    def _world(
        self,
        api: Api,
        account: Account,
        app: App,
        bucket: Bucket,
        as_role: Callable[[str], Api],
        stranger: Api,
    ) -> None:
        self.api, self.account, self.app, self.bucket = api, account, app, bucket
        self.as_role, self.stranger = as_role, stranger

    def make(self, **values: Any) -> Described:
        """Store an instance in the world, directly."""
        raise NotImplementedError

    def make_elsewhere(self) -> Described:
        """Store an instance in the stranger's account."""
        here = self.account, self.app, self.bucket
        self.account = self.stranger.account
        self.app, self.bucket = world.make_app(self.account), world.make_bucket(self.account)
        made = self.make()
        self.account, self.app, self.bucket = here
        return made

    def url(
        self, identifier: object = None, *, account: Account | None = None, app: Any = ""
    ) -> str:
        """Return the absolute path of the collection, or of the instance with that id."""
        below = self.path.format(**self.parents() | ({"app_id": app} if app else {}))
        url = f"/accounts/{(account or self.account).id}/{below}"
        return url if identifier is None else f"{url}/{identifier}"

    def parents(self) -> dict[str, Any]:
        """Return the ids that the path's placeholders stand for in the world."""
        return {"app_id": self.app.id, "user_id": self.api.user_id}

    def call(
        self, method: str, url: str, body: Any = None, *, by: Api | None = None, **headers: Any
    ) -> Any:
        """Send a request to an absolute path, as the owner unless ``by`` somebody else."""
        return (by or self.api).call(method, url, body, root=True, **headers)

    def read(self, url: str) -> Any:
        """GET, expecting 200; return the document."""
        response = self.call("GET", url)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def ids(self, query: str = "") -> list[str]:
        """Return the ids of the list."""
        return [item["id"] for item in self.read(self.url() + query)["items"]]

    def statements(self, method: str, url: str, body: Any = None) -> int:
        """Send a request that must succeed; return how many SQL statements it took."""
        with CaptureQueriesContext(connection) as captured:
            response = self.call(method, url, body)
        assert response.status_code < 300, response.content
        return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)

    def assert_statements(self, operation: str, method: str, url: str, body: Any = None) -> None:
        """Compare the number of statements with the reviewed one in `query_counts.json`."""
        name = f"{operation} {self.path or self.kind.plural}"
        counted = {name: self.statements(method, url, body)}
        assert counted.items() <= QUERY_COUNTS.items(), f"counted {counted}"

    def collection_methods(self) -> set[str]:
        """Return the methods that the collection offers."""
        return {"GET", "HEAD"}

    def instance_methods(self) -> set[str]:
        """Return the methods that an instance offers."""
        return {"GET", "HEAD"}

    def assert_other_methods_refused(self, url: str, offered: set[str]) -> None:
        """Assert 405, with the offered methods in `Allow`, for every other method."""
        for method in sorted(ALL_METHODS - offered):
            response = self.call(method, url, {})
            assert (number(response), set(response["Allow"].split(", "))) == (69, offered)

    def weaker_roles(self) -> list[Role]:
        """Return the roles that may not write."""
        return [role for role in Role if not role.permits(Role(self.write_role))]


class Lists(Resource):
    """GET of the collection."""

    def make_three(self) -> list[str]:
        """Store three instances, the last one first; return their ids in order of creation."""
        made = [
            self.make(created_at=world.START + timedelta(seconds=second)) for second in (3, 2, 1)
        ]
        return [str(row.id) for row in reversed(made)]

    def test_list_has_every_instance_in_order_of_creation(self) -> None:
        before = self.ids()
        made = self.make_three()
        assert self.ids() == before + made

    def test_list_says_what_it_is(self) -> None:
        document = self.read(self.url())
        assert document["type"] == self.kind.list_type
        assert document["version"] == self.kind.versions[0]
        assert document["metadata"] == {}

    def test_instances_of_the_same_instant_are_ordered_by_id(self) -> None:
        instant = world.START + timedelta(seconds=1)
        made = {str(self.make(created_at=instant).id) for _ in range(4)}
        assert self.ids()[-4:] == sorted(made)

    def test_include_gives_rows_of_the_fields_in_the_order_asked_for(self) -> None:
        self.make_three()
        names = sorted(self.members, reverse=True)
        items = self.read(self.url())["items"]
        rows = self.read(f"{self.url()}?include={','.join(names)}")["items"]
        assert rows == [[item.get(name) for name in names] for item in items]

    def test_every_member_of_an_instance_can_be_included(self) -> None:
        self.make()
        assert set(self.read(self.url())["items"][-1]) <= self.members

    @pytest.mark.parametrize("names", ["nosuch", "id,nosuch", "Id"])
    def test_include_of_an_unknown_field_is_problem_5(self, names: str) -> None:
        response = self.call("GET", f"{self.url()}?include={names}")
        assert (number(response), invalid(response)) == (5, ["include"])

    def test_an_unknown_parameter_is_problem_6(self) -> None:
        response = self.call("GET", f"{self.url()}?page=1&limit=0&Limit=1")
        assert (number(response), invalid(response)) == (6, ["Limit", "page"])

    def test_continue_walks_the_list_in_pages_of_the_limit(self) -> None:
        self.make_three()
        everything = self.ids()
        walked, query = [], "?limit=2"
        while query:
            page = self.read(self.url() + query)
            walked.append([item["id"] for item in page["items"]])
            token = page["metadata"].get("continue")
            query = f"?limit=2&continue={token.replace('+', '%2B')}" if token else ""
        assert [len(page) for page in walked[:-1]] == [2] * (len(walked) - 1)
        assert [identifier for page in walked for identifier in page] == everything

    def test_count_is_that_of_the_whole_list(self) -> None:
        self.make_three()
        total = len(self.ids())
        page = self.read(f"{self.url()}?count=true&limit=1&skip=1")
        assert page["metadata"]["count"] == total
        assert len(page["items"]) == 1

    def test_list_has_only_what_belongs_to_the_account(self) -> None:
        elsewhere = self.make_elsewhere()
        assert str(elsewhere.id) not in self.ids()

    def test_list_is_json_whatever_astra_type_is_asked_for(self) -> None:
        response = self.call("GET", self.url(), Accept=self.kind.media_type)
        assert response["Content-Type"] == "application/json"

    def test_the_collection_refuses_the_methods_it_does_not_offer(self) -> None:
        self.assert_other_methods_refused(self.url(), self.collection_methods())

    def test_a_viewer_may_list(self) -> None:
        assert self.call("GET", self.url(), by=self.as_role("viewer")).status_code == 200

    def test_a_list_takes_the_same_statements_whatever_its_length(self) -> None:
        self.make_three()
        self.assert_statements("list", "GET", self.url())
        self.make_three()
        self.assert_statements("list", "GET", self.url())


class BelowApp(Resource):
    """The collection of an app, which must be there."""

    def body(self) -> Any:
        """Return a body for a create, where the collection offers one."""
        return None

    def test_an_app_that_is_not_there_has_no_collection(self) -> None:
        unmanaged = world.make_app(self.account, deleted_at=world.START)
        elsewhere = world.make_app(self.stranger.account)
        for app in (world.some_id(), elsewhere.id, unmanaged.id, *NO_IDENTIFIERS):
            for method in sorted(self.collection_methods() - {"HEAD"}):
                assert number(self.call(method, self.url(app=app), self.body())) == 2

    def test_an_instance_is_not_found_in_another_app(self) -> None:
        other = world.make_app(self.account)
        url = self.url(self.make().id, app=other.id)
        for method in sorted(self.instance_methods() - {"HEAD", "PUT"}):
            assert number(self.call(method, url)) == (2 if method == "GET" else 1)


class Retrieves(Resource):
    """GET and HEAD of an instance."""

    retrieve_misses = 2

    def test_an_instance_is_the_item_of_its_list(self) -> None:
        made = self.make()
        document = self.read(self.url(made.id))
        assert document in self.read(self.url())["items"]
        assert (document["type"], document["id"]) == (self.kind.type, str(made.id))

    def test_metadata_is_what_was_stored(self) -> None:
        user = world.some_id()
        later = world.START + timedelta(days=1, microseconds=5)
        labels = [{"name": "team", "value": "a"}]
        made = self.make(labels=labels, created_by=user, modified_by=user, modified_at=later)
        fractions = ("", "") if self.whole_seconds else (".123456", ".123461")
        assert self.read(self.url(made.id))["metadata"] == {
            "labels": labels,
            "creationTimestamp": f"2026-01-05T12:00:00{fractions[0]}Z",
            "modificationTimestamp": f"2026-01-06T12:00:00{fractions[1]}Z",
            "createdBy": str(user),
            "modifiedBy": str(user),
        }

    def test_the_media_type_is_the_one_asked_for(self) -> None:
        url = self.url(self.make().id)
        assert self.call("GET", url)["Content-Type"] == "application/json"
        own = self.kind.media_type
        assert self.call("GET", url, Accept=own)["Content-Type"] == own

    def test_head_is_get_without_the_body(self) -> None:
        url = self.url(self.make().id)
        head, get = self.call("HEAD", url), self.call("GET", url)
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(get.headers)

    def test_an_instance_that_is_not_there_is_not_found(self) -> None:
        for identifier in (world.some_id(), self.make_elsewhere().id, *NO_IDENTIFIERS):
            assert number(self.call("GET", self.url(identifier))) == self.retrieve_misses

    def test_an_instance_takes_no_query_parameter(self) -> None:
        response = self.call("GET", f"{self.url(self.make().id)}?include=id")
        assert (number(response), invalid(response)) == (6, ["include"])

    def test_an_instance_refuses_the_methods_it_does_not_offer(self) -> None:
        self.assert_other_methods_refused(self.url(self.make().id), self.instance_methods())

    def test_a_viewer_may_retrieve(self) -> None:
        url = self.url(self.make().id)
        assert self.call("GET", url, by=self.as_role("viewer")).status_code == 200

    def test_a_retrieve_takes_its_number_of_statements(self) -> None:
        self.assert_statements("retrieve", "GET", self.url(self.make().id))
