"""What fault rules do to calls is in the journal."""

from typing import Any

import pytest

from astra.faults.effects import of_calls
from backups.models import App, Bucket
from tests.conftest import Api
from tests.faults.conftest import Caller
from tests.journal.conftest import Journal
from tests.ruling import Faults

BUCKETS = "topology/v1/buckets"


@pytest.fixture
def faults(control: Any, account: Any) -> Faults:
    return Faults(control, account)


@pytest.fixture
def caller(api: Api, monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.setattr(of_calls, "pause", lambda seconds: None)
    return Caller(api)


def test_what_a_dropped_connection_and_a_broken_answer_sent(
    caller: Caller, faults: Faults, journal: Journal
) -> None:
    before = faults.add("drop-connection", match={"next": 1})
    caller.send("GET", f"{BUCKETS}?x=y")
    cut = faults.add("truncate", bytes=10, match={"next": 1})
    whole = b"".join(caller.send("GET", BUCKETS).streaming_content)
    whole_again = faults.add("truncate", bytes=10_000, match={"next": 1})
    caller.send("GET", BUCKETS)
    after = faults.add("drop-connection", when="after", match={"next": 1})
    caller.send("GET", "nowhere/at/all")
    caller.send("GET", f"{BUCKETS}?x=y")
    told = [
        (
            e["status"],
            e.get("problem"),
            e.get("responseBody"),
            e.get("responseBodyCut"),
            e["faultIDs"],
        )
        for e in journal.all()
    ]
    listed = told[2][2]
    assert told == [
        (0, None, None, None, [before["id"]]),
        (200, None, whole.decode(), True, [cut["id"]]),
        (200, None, listed, None, [whole_again["id"]]),
        (404, 2, told[3][2], None, []),
        (0, None, None, None, [after["id"]]),
    ]
    assert listed["items"] == []
    assert len(whole) == 10


def test_the_rules_that_acted_on_a_call_are_named(
    api: Api, app: App, bucket: Bucket, faults: Faults, journal: Journal
) -> None:
    slow = faults.add("delay", seconds=0)
    fails = faults.add("backup-fail")
    assert api.create_backup(app, name="one").status_code == 201
    assert api.create_backup(app, name="one").status_code == 409
    assert [entry["faultIDs"] for entry in journal.all()] == [
        [slow["id"], fails["id"]],
        [slow["id"]],
    ]


def test_too_many_requests_have_no_number_but_a_correlation(
    caller: Caller, faults: Faults, journal: Journal
) -> None:
    faults.add("status", status=429)
    caller.send("GET", BUCKETS)
    entry = journal.last()
    assert entry["status"] == 429
    assert "problem" not in entry
    assert entry["correlationID"] == entry["responseBody"]["correlationID"]
