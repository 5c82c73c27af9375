"""Lists from a replica: only where there is one, a caller says so, and it is not too old."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections

from astra.accounts.models import Token
from astra.api import staleness
from astra.api.statements import Statement
from astra.database import replica
from tests import world
from tests.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)

STALE = {"Cache_Control": "max-stale"}
AGE_SECONDS = 4.2
# A schema with a table as it was a moment ago stands for the replica.
MADE = "CREATE SCHEMA replica; CREATE TABLE replica.backups_bucket AS TABLE backups_bucket"
ON_REPLICA = {"options": "-c search_path=replica,public -c default_transaction_read_only=on"}


@pytest.fixture
def buckets(api: Api) -> Iterator[list[str]]:
    """The names of two buckets, of which the replica knows the first alone."""
    first = world.make_bucket(api.account, name="first")
    with connection.cursor() as cursor:
        cursor.execute(MADE)
    second = world.make_bucket(api.account, name="second")
    yield [first.name, second.name]
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA replica CASCADE")


@pytest.fixture
def replicated(buckets: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The buckets, and a replica that is some seconds old."""
    primary = connection.settings_dict
    own = primary | {"OPTIONS": primary["OPTIONS"] | ON_REPLICA}
    monkeypatch.setitem(connections.settings, replica.ALIAS, own)
    monkeypatch.setattr(replica, "_rests_until", 0.0)
    at_age(AGE_SECONDS, monkeypatch)
    yield buckets
    connections[replica.ALIAS].close_pool()  # type: ignore[attr-defined]
    del connections[replica.ALIAS]


def at_age(seconds: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "NULL" if seconds is None else seconds
    monkeypatch.setattr(staleness, "_AGE", Statement(f"SELECT {said}::float8"))


def listed(api: Api, query: str = "", **headers: str) -> tuple[list[str], str | None]:
    answer = api.get(f"topology/v1/buckets{query}", **headers)
    assert answer.status_code == 200, answer.content
    return sorted(item["name"] for item in answer.json()["items"]), answer.get("Age")


def test_a_caller_who_says_so_gets_the_list_as_it_was(api: Api, replicated: list[str]) -> None:
    assert listed(api, **STALE) == (["first"], "5")


def test_nobody_else_does(api: Api, replicated: list[str]) -> None:
    assert listed(api) == (replicated, None)
    assert listed(api, Cache_Control="no-cache, max-age=9") == (replicated, None)
    assert listed(api, Cache_Control="max-stale=x") == (replicated, None)


@pytest.mark.parametrize(
    ("said", "is_taken"), [("max-stale=4", False), ('no-cache, Max-Stale="5"', True)]
)
def test_it_is_never_older_than_the_caller_says(
    said: str, is_taken: bool, api: Api, replicated: list[str]
) -> None:
    found = (["first"], "5") if is_taken else (replicated, None)
    assert listed(api, Cache_Control=said) == found


def test_a_replica_that_does_not_know_its_age_is_not_asked(
    api: Api, replicated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_age(None, monkeypatch)
    assert listed(api, **STALE) == (replicated, None)


def test_without_a_replica_the_primary_answers(api: Api, buckets: list[str]) -> None:
    assert listed(api, **STALE) == (buckets, None)


def test_queries_and_counts_are_of_the_replica_too(api: Api, replicated: list[str]) -> None:
    answer = api.get("topology/v1/buckets?orderBy=name%20desc&count=true", **STALE)
    assert answer.json()["metadata"]["count"] == 1
    assert [item["name"] for item in answer.json()["items"]] == ["first"]


def test_an_instance_is_never_of_the_replica(api: Api, replicated: list[str]) -> None:
    ids = {item["name"]: item["id"] for item in api.get("topology/v1/buckets").json()["items"]}
    assert api.get(f"topology/v1/buckets/{ids['second']}", **STALE).status_code == 200


def test_a_replica_that_fails_is_left_alone_and_the_primary_answers(
    api: Api, replicated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staleness, "_AGE", Statement("SELECT 1 / 0"))
    assert listed(api, **STALE) == (replicated, None)
    monkeypatch.setattr(staleness, "_AGE", Statement("SELECT 0::float8"))
    assert listed(api, **STALE) == (replicated, None)
    monkeypatch.setattr(replica, "_rests_until", 0.0)
    assert listed(api, **STALE) == (["first"], "0")


def test_a_token_that_was_revoked_is_good_on_no_replica(api: Api, replicated: list[str]) -> None:
    assert listed(api, **STALE) == (["first"], "5")
    Token.objects.all().delete()
    assert api.get("topology/v1/buckets", **STALE).status_code == 401
