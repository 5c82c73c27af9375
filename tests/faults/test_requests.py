"""Rules that act on requests."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from astra.api import problems
from astra.api import waits as api_waits
from astra.faults.effects import of_calls
from astra.faults.effects.base import Hit
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import BACKUP, number, problem
from tests.faults.conftest import Caller
from tests.ruling import Faults

BUCKETS = "topology/v1/buckets"


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(api_waits, "pause", waits.append)
    return waits


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (api_waits, of_calls):
        monkeypatch.setattr(module, "pause", lambda seconds: None)


@pytest.fixture
def backups_of(app: App, bucket: Bucket) -> str:
    return f"k8s/v1/apps/{app.id}/appBackups"


@pytest.mark.parametrize("wanted", [107, 148, 11, 3])
def test_a_call_is_refused_with_the_problem_of_the_rule(
    caller: Caller, faults: Faults, backups_of: str, wanted: int
) -> None:
    faults.add("refuse", problem=wanted, match={"operation": "appBackup.create"})
    answer = caller.send("POST", backups_of, BACKUP)
    expected = problems.CATALOGUE[wanted]
    assert number(answer) == wanted
    assert answer.status_code == expected.status
    assert problem(answer)["title"] == expected.title
    assert problem(answer)["detail"] == expected.detail
    assert not AppBackup.objects.exists()
    assert caller.send("GET", backups_of).status_code == 200
    assert faults.hits() == [1]


@pytest.mark.parametrize(("status", "wanted"), [(500, 94), (503, 24)])
def test_a_call_is_answered_by_status(
    caller: Caller, faults: Faults, backups_of: str, status: int, wanted: int
) -> None:
    faults.add("status", status=status, retryAfter=7, match={"method": "POST"})
    answer = caller.send("POST", backups_of, BACKUP)
    assert answer.status_code == status
    assert number(answer) == wanted
    assert answer["Retry-After"] == "7"


def test_too_many_requests_are_about_blank(caller: Caller, faults: Faults) -> None:
    faults.add("status", status=429)
    answer = caller.send("GET", BUCKETS)
    assert answer.status_code == 429
    assert problem(answer)["type"] == "about:blank"
    assert "Retry-After" not in answer


def test_who_may_not_call_meets_no_rule(faults: Faults, as_role: Any) -> None:
    faults.add("refuse", problem=107)
    viewer = Caller(as_role("viewer"))
    assert number(viewer.send("POST", BUCKETS, {})) == 11
    viewer.api.token = "unknown"
    assert number(viewer.send("GET", BUCKETS)) == 4
    assert faults.hits() == [0]


def test_a_rule_comes_before_the_query_and_the_body(caller: Caller, faults: Faults) -> None:
    faults.add("refuse", problem=107)
    assert number(caller.send("GET", f"{BUCKETS}?unknown=1")) == 107


def test_a_fixed_delay(caller: Caller, faults: Faults, slept: list[float]) -> None:
    faults.add("delay", seconds=2.5)
    assert caller.send("GET", BUCKETS).status_code == 200
    assert slept == [2.5]


def test_a_spread_delay_follows_from_the_seed(
    caller: Caller, faults: Faults, slept: list[float]
) -> None:
    faults.add("delay", min=1, max=3)
    for _ in range(20):
        caller.send("GET", BUCKETS)
    first = list(slept)
    assert all(1 <= seconds < 3 for seconds in first)
    assert len(set(first)) == 20
    slept.clear()
    faults.control.delete(faults.path)
    faults.add("delay", min=1, max=3)
    for _ in range(20):
        caller.send("GET", BUCKETS)
    assert slept == first


def test_delays_add_up_and_the_next_rule_still_acts(
    caller: Caller, faults: Faults, slept: list[float]
) -> None:
    faults.add("delay", seconds=1)
    faults.add("delay", seconds=2)
    faults.add("refuse", problem=107)
    faults.add("refuse", problem=148)
    assert number(caller.send("GET", BUCKETS)) == 107
    assert slept == [1, 2]
    assert faults.hits() == [1, 1, 1, 0]


def test_a_dropped_call_is_not_carried_out(caller: Caller, faults: Faults, backups_of: str) -> None:
    faults.add("drop-connection", match={"next": 1})
    answer = caller.send("POST", backups_of, BACKUP)
    assert (answer["Content-Length"], b"".join(answer.streaming_content)) == ("-1", b"")
    assert not AppBackup.objects.exists()
    assert caller.send("POST", backups_of, BACKUP).status_code == 201


def test_a_call_dropped_afterwards_is_carried_out(
    caller: Caller, faults: Faults, backups_of: str
) -> None:
    faults.add("drop-connection", when="after", match={"method": "POST"})
    assert caller.send("POST", backups_of, BACKUP)["Content-Length"] == "-1"
    assert AppBackup.objects.count() == 1


def test_a_truncated_answer_has_its_full_length(
    caller: Caller, faults: Faults, bucket: Bucket
) -> None:
    whole = caller.send("GET", BUCKETS)
    faults.add("truncate", bytes=10)
    cut = caller.send("GET", BUCKETS)
    assert cut.status_code == 200
    assert cut["Content-Length"] == str(len(whole.content))
    assert cut["ETag"] == whole["ETag"]
    assert b"".join(cut.streaming_content) == whole.content[:10]


def test_a_refusal_is_truncated_too(caller: Caller, faults: Faults) -> None:
    faults.add("truncate", bytes=0)
    cut = caller.send("GET", f"{BUCKETS}/{world.some_id()}")
    assert cut.status_code == 404
    assert b"".join(cut.streaming_content) == b""


def test_an_answer_that_is_short_enough_goes_out_whole(
    caller: Caller, faults: Faults, bucket: Bucket
) -> None:
    whole = caller.send("GET", BUCKETS)
    faults.add("truncate", bytes=1_000_000)
    assert caller.send("GET", BUCKETS).content == whole.content


def test_a_streamed_answer_is_truncated(caller: Caller) -> None:
    def answer(size: int) -> Any:
        from django.http import StreamingHttpResponse

        return of_calls.cut(StreamingHttpResponse(iter([b"ab", b"cd"])), size)

    assert (answer(3)["Content-Length"], b"".join(answer(3))) == ("4", b"abc")
    assert (answer(9)["Content-Length"], b"".join(answer(9))) == ("4", b"abcd")


def test_rules_match_by_method_path_and_operation(caller: Caller, faults: Faults) -> None:
    faults.add("refuse", problem=107, match={"path": "/topology/v1/bucket?", "method": "GET"})
    faults.add(
        "refuse", problem=148, match={"path": f"/accounts/{faults.account.id}/k8s/v2/apps/*"}
    )
    faults.add("refuse", problem=11, match={"operation": "app.list"})
    assert number(caller.send("GET", BUCKETS)) == 107
    assert caller.send("HEAD", BUCKETS).status_code == problems.CATALOGUE[107].status
    assert number(caller.send("GET", f"{BUCKETS}/{world.some_id()}")) == 2
    assert number(caller.send("GET", f"k8s/v2/apps/{world.some_id()}")) == 148
    assert number(caller.send("GET", "k8s/v2/apps")) == 11
    assert faults.hits() == [2, 1, 1]


def test_rules_match_a_body_by_name_and_bucket_and_leave_it_to_be_read(
    caller: Caller, faults: Faults, backups_of: str, bucket: Bucket
) -> None:
    faults.add("refuse", problem=107, match={"name": "night-*", "bucket": str(bucket.id)})
    named = BACKUP | {"bucketID": str(bucket.id)}
    assert number(caller.send("POST", backups_of, named | {"name": "night-1"})) == 107
    made = caller.send("POST", backups_of, named | {"name": "day-1"})
    assert json.loads(made.content)["name"] == "day-1"
    assert caller.send("POST", backups_of, BACKUP | {"name": "night-1"}).status_code == 201
    assert number(caller.send("POST", backups_of, [])) == 8
    assert number(caller.send("POST", backups_of, "{")) == 8


def test_rules_match_an_instance_by_its_own_app_bucket_and_name(
    caller: Caller, faults: Faults, app: App, bucket: Bucket
) -> None:
    made, other = (world.make_backup(app, bucket, name=name) for name in ("night-1", "day-1"))
    match = {"app": str(app.id), "bucket": str(bucket.id), "name": "night-*"}
    faults.add("refuse", problem=107, match=match)
    path = "topology/v1/appBackups"
    assert number(caller.send("GET", f"{path}/{made.id}")) == 107
    assert caller.send("GET", f"{path}/{other.id}").status_code == 200
    assert number(caller.send("GET", f"{path}/{world.some_id()}")) == 2
    faults.add("refuse", problem=148, match={"bucket": str(bucket.id)})
    assert number(caller.send("GET", f"{BUCKETS}/{bucket.id}")) == 148


def test_every_other_call_and_then_no_more(caller: Caller, faults: Faults) -> None:
    faults.add("refuse", problem=107, match={"every": 2, "next": 2})
    statuses = [caller.send("GET", BUCKETS).status_code for _ in range(6)]
    refused = problems.CATALOGUE[107].status
    assert statuses == [200, refused, 200, refused, 200, 200]


def test_the_same_calls_meet_the_same_faults_byte_for_byte(
    caller: Caller, faults: Faults, backups_of: str
) -> None:
    def play() -> Any:
        with transaction.atomic():
            faults.add("refuse", problem=107, match={"probability": 0.4})
            faults.add("backup-fail", match={"probability": 0.5})
            answers = [caller.send("POST", backups_of, BACKUP) for _ in range(12)]
            played = [(each.status_code, each.items(), each.content) for each in answers]
            outcomes = list(AppBackup.objects.order_by("id").values_list("id", "outcome"))
            hits = faults.hits()
            transaction.set_rollback(True)
        return [(status, dict(items), body) for status, items, body in played], outcomes, hits

    first = play()
    assert play() == first
    assert all(0 < hits < 12 for hits in first[2])


def test_delay_by_its_unit() -> None:
    hit = Hit(failure=problems.INTERNAL_ERROR, unit=0.25)
    assert of_calls.seconds_of({"min": 2, "max": 4}, hit) == 2.5
    assert of_calls.no_answer().status_code == 200


@pytest.mark.django_db(transaction=True)
class TestInParallel:
    CALLERS = 16

    def at_once(self, send: Any) -> list[Any]:
        together = Barrier(self.CALLERS, timeout=60)

        def run(number: int) -> Any:
            try:
                together.wait()
                return send(number)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(self.CALLERS) as pool:
            return list(pool.map(run, range(self.CALLERS), timeout=60))

    def test_the_next_n_requests_are_exactly_n(self, caller: Caller, faults: Faults) -> None:
        faults.add("refuse", problem=107, match={"next": 5})
        answers = self.at_once(lambda _: caller.send("GET", BUCKETS).status_code)
        refused = problems.CATALOGUE[107].status
        assert sorted(answers) == sorted([refused] * 5 + [200] * (self.CALLERS - 5))
        assert faults.hits() == [5]

    def test_the_next_n_creations_are_exactly_n(
        self, caller: Caller, faults: Faults, backups_of: str
    ) -> None:
        faults.add("backup-fail", match={"next": 5})
        answers = self.at_once(
            lambda each: caller.send("POST", backups_of, BACKUP | {"name": f"b{each}"}).status_code
        )
        assert answers == [201] * self.CALLERS
        outcomes: list[Any] = list(AppBackup.objects.values_list("outcome", flat=True))
        assert sorted(outcomes) == sorted(["failed"] * 5 + ["completed"] * (self.CALLERS - 5))

    def test_rules_come_and_go_among_creations(
        self, caller: Caller, faults: Faults, backups_of: str
    ) -> None:
        faults.add("backup-fail")
        numbers = itertools.count()

        def step(each: int) -> int:
            if each % 4 == 0:
                return int(faults.control.delete(faults.path).status_code)
            if each % 4 == 1:
                body = {"effect": {"type": "backup-remove"}}
                return int(faults.control.post(faults.path, body).status_code)
            name = f"b{next(numbers)}"
            return int(caller.send("POST", backups_of, BACKUP | {"name": name}).status_code)

        assert set(self.at_once(step)) == {201, 204}
