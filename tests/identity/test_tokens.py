"""tokens: what every resource promises, shown once, revoked at once, and whose is whose."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from astra.accounts.models import Described, Role, Token, User
from astra.accounts.tokens import digest, issue_token
from identity.kinds import TOKEN
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import NO_IDENTIFIERS, Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

LABELS = [{"name": "team", "value": "a"}]
NEW = {"type": "application/astra-token", "version": "1.0", "name": "Snapshot Script"}
READ_ONLY = {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}

BAD = {
    "an unknown member": Refused({"token": "QQ=="}, 8, ["token"]),
    "another version and type": Refused(
        {"type": "application/astra-tokens", "version": "1.1"}, 8, ["type", "version"]
    ),
    "an empty name": Refused({"name": ""}, 8, ["name"]),
    "a name that is too long": Refused({"name": "x" * 64}, 8, ["name"]),
    "a number as a name": Refused({"name": 1}, 8, ["name"]),
    "a name with NUL": Refused({"name": "a\0"}, 9, ["name"]),
    "a read-only label": Refused({"metadata": READ_ONLY}, 10, ["metadata.labels[0].name"]),
}


class TestTokens(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = TOKEN
    path = "core/v1/users/{user_id}/tokens"
    write_role = Role.ADMIN
    members = frozenset({"type", "version", "id", "name", "userID", "metadata"})
    valid = {
        "a name": {},
        "a name of 63 characters": {"name": "é" * 63},
        "labels": {"metadata": {"labels": LABELS}},
    }
    invalid = BAD | {
        "no name": Refused({"name": ABSENT}, 8, ["name"]),
        "what the service sets": Refused(
            {"id": str(world.some_id()), "userID": str(world.some_id())}, 8, ["id", "userID"]
        ),
    }
    replacements = {
        "nothing": {},
        "a name": {"name": "Volume Checker"},
        "labels": {"metadata": {"labels": LABELS}},
    }
    unacceptable = BAD | {
        "everything that may not change": Refused(
            {"id": str(world.some_id()), "userID": str(world.some_id())}, 10, ["id", "userID"]
        ),
    }

    user: User
    user_elsewhere: User

    @pytest.fixture(autouse=True)
    def _users(self, _world: None) -> None:
        self.user = world.make_user(self.account, Role.MEMBER)
        self.user_elsewhere = world.make_user(self.stranger.account)

    def url(self, identifier: object = None, *, user: object = None, **_: Any) -> str:
        users = f"/accounts/{self.account.id}/core/v1/users"
        url = f"{users}/{user or self.user.id}/tokens"
        return url if identifier is None else f"{url}/{identifier}"

    def make(self, **values: Any) -> Described:
        return make_token_of(self.user, **values)

    def make_elsewhere(self) -> Described:
        return make_token_of(self.user_elsewhere)

    def body(self) -> dict[str, Any]:
        return dict(NEW)

    def test_a_create_answers_with_the_new_instance(self, accepted: Mapping[str, Any]) -> None:
        """As of every resource, but the clear text is in this answer alone."""
        response = self.call("POST", self.url(), NEW | dict(accepted))
        assert response.status_code == 201
        document = json.loads(response.content)
        assert response["Location"] == f"http://testserver{self.url(document['id'])}"
        clear = document.pop("token")
        assert len(base64.b64decode(clear, validate=True)) == 32
        assert self.read(self.url(document["id"])) == document
        assert self.read(self.url())["items"] == [document]
        stored = Token.objects.get(id=document["id"])
        assert (stored.digest, stored.expires_at) == (digest(clear), None)
        assert (stored.user_id, stored.account_id) == (self.user.id, self.account.id)
        assert clear not in str(vars(stored))

    def test_a_user_that_is_not_there_has_no_tokens(self) -> None:
        for user in (world.some_id(), self.user_elsewhere.id, *NO_IDENTIFIERS):
            assert number(self.call("GET", self.url(user=user))) == 2
            assert number(self.call("POST", self.url(user=user), NEW)) == 2

    def test_a_token_is_not_found_below_another_user(self) -> None:
        url = self.url(self.make().id, user=self.api.user_id)
        assert number(self.call("GET", url)) == 2
        assert number(self.call("PUT", url, NEW)) == 1
        assert number(self.call("DELETE", url)) == 1

    def test_nothing_but_the_create_shows_the_clear_text(self) -> None:
        response = self.call("GET", f"{self.url()}?include=token")
        assert (number(response), invalid(response)) == (5, ["include"])


def make_token_of(user: User, **values: Any) -> Token:
    token, _ = issue_token(user=user, name="test", now=world.START)
    for name, value in values.items():
        setattr(token, name, value)
    token.save()
    return token


def tokens_of(user_id: uuid.UUID | None) -> str:
    return f"core/v1/users/{user_id}/tokens"


def create(caller: Api, user_id: uuid.UUID | None) -> Any:
    """Create a token; return the document."""
    response = caller.post(tokens_of(user_id), NEW)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def test_a_new_token_is_its_users(api: Api) -> None:
    member = world.make_user(api.account, Role.MEMBER)
    caller = Api(api.account, create(api, member.id)["token"])
    assert caller.get("").status_code == 200
    assert caller.post("k8s/v2/apps", {}).status_code == 400
    assert number(caller.post("core/v1/users", {})) == 11


def test_a_deleted_token_is_refused_at_once(api: Api) -> None:
    document = create(api, api.user_id)
    caller = Api(api.account, document["token"])
    assert caller.get("").status_code == 200
    assert caller.delete(f"{tokens_of(api.user_id)}/{document['id']}").status_code == 204
    assert number(caller.get("")) == 4
    assert api.get("").status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_everybody_manages_its_own_tokens(as_role: Callable[[str], Api], role: str) -> None:
    caller = as_role(role)
    document = create(caller, caller.user_id)
    url = f"{tokens_of(caller.user_id)}/{document['id']}"
    assert caller.put(url, NEW | {"name": "Renamed"}).status_code == 204
    assert caller.read(url)["name"] == "Renamed"
    names = {item["name"] for item in caller.read(tokens_of(caller.user_id))["items"]}
    assert names == {"test", "Renamed"}
    assert caller.delete(url).status_code == 204
    assert number(caller.get(url)) == 2


@pytest.mark.parametrize("role", ["viewer", "member", "admin"])
def test_only_an_owner_writes_the_tokens_of_an_owner(
    api: Api, as_role: Callable[[str], Api], role: str
) -> None:
    """With such a token would go the role, which only an owner gives."""
    caller, mine = as_role(role), tokens_of(api.user_id)
    url = f"{mine}/{create(api, api.user_id)['id']}"
    before = api.read(mine)["items"]
    assert number(caller.post(mine, NEW)) == 11
    assert number(caller.put(url, NEW | {"name": "Renamed"})) == 11
    assert number(caller.delete(url)) == 11
    assert caller.read(mine)["items"] == before
    assert as_role("owner").delete(url).status_code == 204


def test_the_same_requests_on_a_still_clock_make_the_same_token(api: Api) -> None:
    seeds = {"seed": 99, "draws": 0}
    answers = []
    for _ in range(2):
        account = type(api.account).objects.filter(id=api.account.id)
        account.update(**seeds)
        document = create(api, api.user_id)
        answers.append((document["id"], document["token"]))
        Token.objects.filter(id=document["id"]).delete()
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ("name eq 'test'", 1),
        ("name gt 'test'", 0),
        ("userID eq '{user}'", 1),
        ("type eq 'application/astra-token'", 1),
        ("version in '1.0,1.1'", 1),
        ("metadata.createdBy eq '00000000-0000-0000-0000-000000000000'", 1),
    ],
)
def test_tokens_are_filtered(api: Api, condition: str, matches: int) -> None:
    clause = condition.format(user=api.user_id)
    items = api.read(f"{tokens_of(api.user_id)}?filter={clause}")["items"]
    assert len(items) == matches
