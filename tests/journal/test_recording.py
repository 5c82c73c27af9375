"""Every call of an account is written down, before its answer leaves."""

import dataclasses
import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from astra.api import clock
from astra.api.clock import real_now
from astra.journal import recording
from astra.journal.calls import BODY_MOST_BYTES
from astra.journal.models import JournalEntry
from astra.journal.spool import Spool
from backups.models import App, Bucket
from tests import world
from tests.conftest import BACKUP, Api
from tests.faults.conftest import Caller
from tests.journal.conftest import Journal
from tests.threads import at_once

BUCKETS = "topology/v1/buckets"


@pytest.fixture
def caller(api: Api) -> Caller:
    return Caller(api)


def test_a_call_is_written_down_with_what_was_asked_and_answered(
    api: Api, app: App, bucket: Bucket, journal: Journal
) -> None:
    response = api.post(
        f"k8s/v1/apps/{app.id}/appBackups", BACKUP | {"name": "first"}, Accept="application/json"
    )
    [entry] = journal.all()
    assert entry["durationMilliseconds"] >= 0
    assert entry["realAt"].endswith("Z")
    assert {name: value for name, value in entry.items() if name not in ("realAt", "sequence")} == {
        "at": "2026-01-05T12:00:00.123456Z",
        "durationMilliseconds": entry["durationMilliseconds"],
        "method": "POST",
        "path": f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups",
        "operation": "appBackup.create",
        "userID": str(api.user_id),
        "requestHeaders": {"Content-Type": "application/json", "Accept": "application/json"},
        "requestBody": BACKUP | {"name": "first"},
        "status": 201,
        "responseBody": json.loads(response.content),
        "faultIDs": [],
    }


def test_its_duration_is_real_time(
    api: Api, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = real_now()
    # The machine's time is set back meanwhile.
    instants = (start - timedelta(hours=number) for number in itertools.count())
    seconds = itertools.count()
    with clock.clock_set_to(lambda: next(instants), seconds=lambda: next(seconds)):
        api.get(BUCKETS)
    [entry] = journal.all()
    assert entry["realAt"] == clock.timestamp(start)
    assert entry["durationMilliseconds"] >= 1000


def test_a_refusal_is_written_down_with_its_problem(api: Api, journal: Journal) -> None:
    refusal = json.loads(api.get(f"{BUCKETS}?x=y&z").content)
    entry = journal.last()
    assert (entry["status"], entry["problem"], entry["query"]) == (400, 6, "x=y&z")
    assert entry["correlationID"] == refusal["correlationID"]
    assert entry["responseBody"] == refusal


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "", (200, None, "account.retrieve")),
        ("GET", "nowhere", (404, 2, None)),
        ("PATCH", BUCKETS, (405, 69, None)),
        ("HEAD", BUCKETS, (200, None, "bucket.list")),
        ("PUT", f"{BUCKETS}/{'0' * 8}", (404, 1, "bucket.replace")),
        ("POST", BUCKETS, (400, 7, "bucket.create")),
    ],
)
def test_calls_that_come_to_nothing_are_written_down(
    api: Api, journal: Journal, method: str, path: str, wanted: tuple[Any, ...]
) -> None:
    api.call(method, path, "{")
    entry = journal.last()
    assert (entry["status"], entry.get("problem"), entry.get("operation")) == wanted
    assert entry["method"] == method
    assert entry["requestBody"] == "{"


def test_the_body_of_a_head_is_none(api: Api, journal: Journal) -> None:
    api.call("HEAD", BUCKETS)
    assert "responseBody" not in journal.last()


def test_of_who_may_not_call_little_is_written_down(
    api: Api, stranger: Api, as_role: Any, journal: Journal
) -> None:
    path = f"/accounts/{api.account.id}/{BUCKETS}"
    Api(api.account, None).call("GET", path, root=True)
    Api(api.account, "unknown").call("POST", path, {"name": "x"}, root=True)
    stranger.call("GET", path, root=True)
    viewer = as_role("viewer")
    viewer.call("POST", path, {"name": "y"}, root=True)
    *others, last = journal.all()
    assert (last["problem"], last["userID"]) == (11, str(viewer.user_id))
    assert last["requestBody"] == {"name": "y"}
    assert [(each["problem"], each["method"], each["path"]) for each in others] == [
        (3, "GET", path),
        (4, "POST", path),
        (11, "GET", path),
    ]
    always = {"sequence", "at", "realAt", "durationMilliseconds", "requestHeaders", "faultIDs"}
    assert {name for each in others for name in each.keys() - always} == {
        *("method", "path", "status", "problem", "requestBodyCut")
    }
    assert [each["requestHeaders"] for each in others] == [{}, {}, {}]
    # It had a body, of which nothing is kept.
    assert [each.get("requestBodyCut") for each in others] == [None, True, None]


def test_a_call_without_a_caller_is_found_by_its_status(api: Api, journal: Journal) -> None:
    Api(api.account, "unknown").post(BUCKETS, {"name": "x"})
    assert journal.verify(match={"status": 401, "path": f"/{BUCKETS}"}, exactly=1)["verified"]
    [near] = journal.verify(match={"status": 401, "body": {"name": "x"}})["nearest"]
    assert near["reasons"] == ["The body is not kept as a whole."]


def test_of_a_call_without_a_caller_no_more_than_a_line_is_kept(api: Api, journal: Journal) -> None:
    anybody = Api(api.account, "unknown")
    anybody.call("X" * 1_000, f"{'y' * 10_000}/unknown-token?z={'z' * 1_000}")
    entry = journal.last()
    assert (entry["method"], len(entry["path"])) == ("X" * 31, 1024)
    assert "query" not in entry


def test_the_token_of_a_call_without_a_caller_is_not_kept_either(
    api: Api, journal: Journal
) -> None:
    Api(api.account, "mistaken-token").get("nowhere/mistaken-token")
    assert journal.last()["path"].endswith("/nowhere/***")


def test_nothing_is_read_of_a_call_without_a_caller(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    monkeypatch.setattr("astra.api.media.read_body", lambda *args, **how: read.append(args))
    monkeypatch.setattr("astra.journal.calls.without_secrets", read.append)
    monkeypatch.setattr("astra.journal.calls.query_without_secrets", read.append)
    Api(api.account, "unknown").call("POST", f"{BUCKETS}?x={'y' * 17_000}", "x" * 1_000)
    assert JournalEntry.objects.get().status == 414
    Api(api.account, "unknown").call("POST", BUCKETS, "x" * 1_000)
    assert read == []


def test_a_uri_that_is_too_long_is_written_down(api: Api, journal: Journal) -> None:
    api.get(f"{BUCKETS}?x={'y' * 17_000}")
    entry = journal.last()
    assert (entry["status"], "problem" in entry) == (414, False)
    assert entry["path"].endswith(BUCKETS)


def test_the_list_of_accounts_belongs_to_the_callers_own(api: Api, journal: Journal) -> None:
    api.call("GET", "/accounts", root=True)
    assert (journal.last()["path"], journal.last()["operation"]) == ("/accounts", "account.list")
    Api(api.account, None).call("GET", "/accounts", root=True)
    assert len(journal.all()) == 1


def test_what_is_no_call_of_an_account_is_not_written_down(api: Api, journal: Journal) -> None:
    for path in (
        f"/accounts/{world.some_id()}",
        "/accounts/x/nowhere",
        "/accountsx",
        f"/accountsx/{api.account.id}",
    ):
        api.call("GET", path, root=True)
    journal.all()
    assert not JournalEntry.objects.exists()


def test_a_path_is_kept_as_it_was_sent(api: Api, journal: Journal) -> None:
    path = f"/accounts/{api.account.id}//k8s/v2//apps/"
    api.call("GET", path, root=True)
    assert (journal.last()["path"], journal.last()["operation"]) == (path, "app.list")


def test_a_body_that_is_no_json_is_kept_as_text(api: Api, journal: Journal) -> None:
    api.call("POST", BUCKETS, b'\xff{"name": \x00 \xc3\xa9')
    assert (
        journal.last()["requestBody"] == '\ufffd{"name": \ufffd \N{LATIN SMALL LETTER E WITH ACUTE}'
    )


def test_long_bodies_are_cut(api: Api, journal: Journal, app: App, bucket: Bucket) -> None:
    api.call("POST", BUCKETS, json.dumps({"name": "x" * BODY_MOST_BYTES}))
    entry = journal.last()
    assert len(entry["requestBody"]) == BODY_MOST_BYTES
    assert entry["requestBodyCut"] is True
    assert "responseBodyCut" not in entry


def test_a_body_that_is_too_large_is_left_out(api: Api, journal: Journal, settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, max_body_bytes=10)
    api.post(BUCKETS, {"name": "eleven bytes"})
    entry = journal.last()
    assert (entry["status"], entry["requestBodyCut"]) == (413, True)
    assert "requestBody" not in entry


def test_a_stream_is_written_down_when_its_last_piece_is_to_leave(
    api: Api, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.api.collections.PAGE", 2)
    for _ in range(5):
        world.make_bucket(api.account)
    pieces = Caller(api).send("GET", BUCKETS).streaming_content
    received, written = [], []
    for piece in pieces:
        received.append(piece)
        written.append(JournalEntry.objects.count())
    assert len(received) > 2
    assert written == [0] * (len(received) - 1) + [1]
    assert journal.last()["responseBody"] == json.loads(b"".join(received))


def test_a_stream_that_breaks_off_is_written_down_as_far_as_it_went(
    api: Api, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.api.collections.PAGE", 2)
    for _ in range(5):
        world.make_bucket(api.account)
    response = Caller(api).send("GET", BUCKETS)
    first = next(response.streaming_content)
    # As the web server does when the client goes away, but for the end of the database session.
    for close in response._resource_closers:
        close()
    entry = journal.last()
    assert (entry["responseBody"], entry["responseBodyCut"]) == (first.decode(), True)


def test_an_empty_stream_is_written_down_once(caller: Caller, journal: Journal) -> None:
    written: list[Any] = []
    nothing: Any = None
    recorded: Any = recording._Recorded(iter(()), nothing, nothing)
    recorded._finish = lambda *, is_cut: written.append(is_cut)
    assert list(recorded) == []
    assert written == [False]


def test_it_costs_no_statement(api: Api, app: App, bucket: Bucket, settings: Any) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.create_backup(app).status_code == 201
        return len(captured)

    # The first call asks for the app, which is remembered.
    statements()
    with_journal = statements()
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=0)
    assert with_journal == statements()


def test_nothing_is_drawn_from_the_accounts_dice(api: Api, app: App, bucket: Bucket) -> None:
    api.get(BUCKETS)
    api.account.refresh_from_db()
    assert api.account.draws == 0


def test_without_a_cap_nothing_is_written_down(api: Api, journal: Journal, settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, journal_cap=0)
    api.get(BUCKETS)
    assert not JournalEntry.objects.exists()
    assert journal.read() == {"items": [], "metadata": {"total": 0, "dropped": 0, "cap": 0}}


def test_a_call_that_cannot_be_written_down_is_answered_all_the_same(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(line: bytes) -> None:
        raise ValueError("no room")

    monkeypatch.setattr(Spool, "append", lambda self, line: False)
    monkeypatch.setattr(recording, "insert", fail)
    assert api.get(BUCKETS).status_code == 200
    assert "could not be written down" in caplog.text


def test_a_header_that_no_column_can_hold_harms_nobody(api: Api, journal: Journal) -> None:
    api.get(BUCKETS, User_Agent="odd\ud800\x00agent")
    assert journal.last()["requestHeaders"]["User-Agent"] == "odd?\ufffdagent"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True], ids=["without a token", "without a spool"])
def test_no_answer_waits_long_for_what_it_is_written_to(
    api: Api,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    is_known: bool,
) -> None:
    """As where the database hangs."""
    monkeypatch.setattr(recording, "_LEAST_SECONDS", 0.1)
    settings.ASTRA = dataclasses.replace(
        settings.ASTRA, call_seconds=0.2, journal_spool=not is_known
    )
    headers = {} if is_known else {"Authorization": ""}
    table = "journal_journalentry" if is_known else "accounts_account"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        (answer,) = at_once([lambda: api.get(BUCKETS, **headers)])
    assert answer.status_code == (200 if is_known else 401)
    assert not JournalEntry.objects.exists()
