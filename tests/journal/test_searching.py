"""Searching a journal."""

import json
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.journal.models import JournalEntry, JournalLoss
from tests import world
from tests.conftest import Api, invalid, number
from tests.faults.conftest import Caller
from tests.journal.conftest import Journal
from tests.ruling import Faults

BUCKETS = "topology/v1/buckets"


@pytest.fixture
def calls(api: Api, control: Any, journal: Journal) -> list[int]:
    """Five calls, one after the other; their sequence numbers."""
    api.get(BUCKETS)
    api.call("POST", BUCKETS, '{"name": "Grünes Meer"}')
    world.advance(api.account, 60)
    api.get("k8s/v2/apps")
    api.get(f"/{BUCKETS}//{world.some_id()}/")
    Faults(control, api.account).add("refuse", problem=107, match={"next": 1})
    Caller(api).send("GET", BUCKETS)
    return [entry["sequence"] for entry in journal.all()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"method": "POST"}, [1]),
        ({"method": "PATCH"}, []),
        ({"operation": "bucket.list"}, [0, 4]),
        ({"status": 404}, [3]),
        ({"status": 0}, []),
        ({"problem": 2}, [3]),
        ({"path": "/topology/v1/buckets"}, [0, 1, 4]),
        ({"path": "/accounts/*/buckets*"}, [0, 1, 3, 4]),
        ({"path": "*/v?/[ab]pps"}, [2]),
        ({"path": "*//*"}, [3]),
        ({"path": "/topology/v1/buckets/*"}, [3]),
        ({"path": "/topology/v1/BUCKETS"}, []),
        ({"body": "grünes"}, [1]),
        ({"body": "appProtection"}, []),
        ({"body": "correlationID"}, [1, 3, 4]),
        ({"since": "2026-01-05T12:00:30Z"}, [2, 3, 4]),
        ({"until": "2026-01-05T12:00:30Z"}, [0, 1]),
        ({"since": "2026-01-05T12:01:00.123456Z", "method": "GET", "limit": 2}, [2, 3]),
        ({"until": "2026-01-05T12:00:00.123456Z"}, []),
        ({"limit": 2}, [0, 1]),
        ({"order": "desc", "limit": 2}, [4, 3]),
        ({"order": "desc"}, [4, 3, 2, 1, 0]),
        ({"order": "asc"}, [0, 1, 2, 3, 4]),
    ],
)
def test_a_search(journal: Journal, calls: list[int], query: Any, found: list[int]) -> None:
    document = journal.read(**query)
    assert [calls.index(item["sequence"]) for item in document["items"]] == found
    total = 3 if query.get("limit") and "since" in query else 5 if "limit" in query else len(found)
    assert document["metadata"] == {"total": total, "dropped": 0, "cap": 10_000}


def test_a_search_goes_on_behind_a_call(journal: Journal, calls: list[int]) -> None:
    def sequences(**query: Any) -> list[int]:
        return [item["sequence"] for item in journal.all(**query)]

    assert sequences(after=calls[1], limit=2) == calls[2:4]
    assert sequences(after=calls[4]) == []
    assert sequences(after=0) == calls
    assert sequences(after=calls[1], order="desc") == [calls[0]]
    assert journal.read(after=calls[1])["metadata"]["total"] == 5


def test_a_search_by_the_rule_that_acted(journal: Journal, calls: list[int]) -> None:
    [rule] = journal.last()["faultIDs"]
    assert [item["sequence"] for item in journal.all(fault=rule)] == [calls[4]]
    assert journal.all(fault=str(world.some_id())) == []


@pytest.mark.parametrize(
    ("query", "problem", "names"),
    [
        ("x=y&method=GET", 6, ["x"]),
        ("limit=0", 5, ["limit"]),
        ("limit=1001", 5, ["limit"]),
        ("limit=x&status=1.5&problem=0", 5, ["status", "problem", "limit"]),
        ("after=9223372036854775808", 5, ["after"]),
        ("after=\u0663", 5, ["after"]),
        ("method=get", 5, ["method"]),
        ("method=", 5, ["method"]),
        ("operation=appBackup.explode", 5, ["operation"]),
        ("fault=x", 5, ["fault"]),
        ("since=yesterday", 5, ["since"]),
        ("until=2026-02-31T00:00:00Z", 5, ["until"]),
        ("order=up", 5, ["order"]),
        ("path=%00", 5, ["path"]),
        ("path=%FF", 5, ["path"]),
        ("body=", 5, ["body"]),
        ("limit=1&limit=2", 5, ["limit"]),
    ],
)
def test_a_bad_search_is_refused(
    journal: Journal, query: str, problem: int, names: list[str]
) -> None:
    response = journal.control.get(f"{journal.path}?{query}")
    assert number(response) == problem
    assert sorted(invalid(response)) == sorted(names)


def test_one_call_is_read(api: Api, journal: Journal, calls: list[int]) -> None:
    response = journal.control.get(f"{journal.path}/{calls[2]}")
    assert json.loads(response.content) == journal.all()[2]
    for missing in (0, calls[4] + 1, "x", "-1", "9" * 30, "\u0663"):
        assert number(journal.control.get(f"{journal.path}/{missing}")) == 2


def test_an_account_has_its_own_calls_only(
    api: Api, stranger: Api, control: Any, journal: Journal, calls: list[int]
) -> None:
    other = Journal(control, stranger.account)
    stranger.get(BUCKETS)
    assert len(other.all()) == 1
    assert len(journal.all()) == 5
    assert number(control.get(f"{other.path}/{calls[0]}")) == 2


def test_a_journal_is_emptied(api: Api, stranger: Api, control: Any, journal: Journal) -> None:
    for each in (api, stranger):
        each.get(BUCKETS)
        JournalLoss.objects.create(account=each.account, dropped=7)
    assert journal.read()["metadata"]["dropped"] == 7
    assert control.delete(journal.path).status_code == 204
    assert journal.read() == {
        "items": [],
        "metadata": {"total": 0, "dropped": 0, "cap": 10_000},
    }
    assert Journal(control, stranger.account).read()["metadata"]["dropped"] == 7
    api.get(BUCKETS)
    assert len(journal.all()) == 1


@pytest.mark.parametrize("path", ["", "/1", "/script", "/verify"])
def test_an_account_that_is_not_there_has_no_journal(control: Any, db: None, path: str) -> None:
    for account in (world.some_id(), "x"):
        method = "POST" if path == "/verify" else "GET"
        assert number(control.call(method, f"accounts/{account}/journal{path}")) == 2
    if not path:
        assert number(control.delete(f"accounts/{world.some_id()}/journal")) == 2


def test_an_accounts_reset_empties_its_journal_and_deletion_removes_it(
    control: Any, db: None
) -> None:
    made = json.loads(control.post("accounts").content)
    api = Api(Account.objects.get(id=made["id"]), made["token"])
    journal = Journal(control, api.account)
    api.get(BUCKETS)
    JournalLoss.objects.create(account=api.account, dropped=7)
    assert control.post(f"accounts/{made['id']}/reset").status_code == 200
    assert journal.read()["metadata"] == {"total": 0, "dropped": 0, "cap": 10_000}
    api.get(BUCKETS)
    control.post(f"accounts/{made['id']}/checkpoints", {"name": "now"})
    api.get(BUCKETS)
    control.post(f"accounts/{made['id']}/checkpoints/now/restore")
    assert len(journal.all()) == 2
    assert control.delete(f"accounts/{made['id']}").status_code == 204
    assert not JournalEntry.objects.exists()
    assert not JournalLoss.objects.exists()
