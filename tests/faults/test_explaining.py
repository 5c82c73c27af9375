"""Why a rule would act on a call, or would not."""

import pytest

from astra.faults.matching import mismatches
from astra.faults.models import FaultRule
from astra.faults.subjects import Details, Subject
from backups.models import App, Bucket
from tests import world
from tests.conftest import invalid, number
from tests.faults.conftest import Caller
from tests.ruling import Faults

BUCKETS = "topology/v1/buckets"


def test_a_rule_that_matches_has_no_reasons_and_no_hit(faults: Faults) -> None:
    rule = faults.add("refuse", problem=107, name="no buckets")
    expected = {
        "id": rule["id"],
        "name": "no buckets",
        "effect": "refuse",
        "matches": True,
        "reasons": [],
    }
    assert faults.explain("GET", BUCKETS) == [expected]
    assert faults.explain("GET", f"/accounts/{faults.account.id}/{BUCKETS}?limit=1") == [expected]
    assert faults.hits() == [0]


def test_every_reason_is_told(faults: Faults, app: App, bucket: Bucket) -> None:
    match = {
        "operation": "appBackup.list",
        "method": "GET",
        "path": "/k8s/*",
        "app": str(app.id),
        "bucket": str(bucket.id),
        "name": "night-*",
        "until": "2026-01-05T12:00:00Z",
        "every": 2,
        "probability": 0,
    }
    faults.add("refuse", problem=107, match=match)
    [item] = faults.explain("POST", BUCKETS, name="store")
    path = f"/accounts/{faults.account.id}/{BUCKETS}"
    *reasons, dice = item["reasons"]
    assert reasons == [
        "The operation is bucket.create, not appBackup.list.",
        "It is 2026-01-05T12:00:00.123456Z, and the rule ended at 2026-01-05T12:00:00.000000Z.",
        "The method is POST, not GET.",
        f"The path {path} is not like /k8s/*.",
        f"It is about no app, not app {app.id}.",
        f"It is about no bucket, not bucket {bucket.id}.",
        "The name store is not like night-*.",
        "It acts on every 2 matches, and this is number 1.",
    ]
    assert dice.startswith("The dice show 0.")
    assert dice.endswith("for match number 1, which is not below the probability 0.")
    assert item["matches"] is False


def test_a_rule_that_is_used_up_says_so(caller: Caller, faults: Faults) -> None:
    faults.add("refuse", problem=107, match={"next": 1})
    assert number(caller.send("GET", BUCKETS)) == 107
    [item] = faults.explain("GET", BUCKETS)
    assert item["reasons"] == ["It was for the next 1, and has acted on all of them."]


def test_a_later_rule_names_the_one_that_decides(faults: Faults, app: App) -> None:
    faults.add("delay", seconds=0)
    faults.add("backup-fail", name="fails")
    faults.add("backup-remove")
    faults.add("refuse", problem=107, name="refuses")
    faults.add("truncate", bytes=1)
    explained = faults.explain("POST", f"k8s/v1/apps/{app.id}/appBackups")
    assert [item["matches"] for item in explained] == [True, False, False, True, False]
    assert [item["reasons"] for item in explained[1:]] == [
        ["A rule about the call decides before anything is made: refuses."],
        ["A rule about the call decides before anything is made: refuses."],
        [],
        ["An earlier rule decides: refuses."],
    ]


def test_an_effect_on_backups_says_what_it_decides_about(faults: Faults) -> None:
    faults.add("backup-fail")
    [item] = faults.explain("GET", BUCKETS)
    assert item["reasons"] == ["backup-fail decides about appBackup.create only."]


@pytest.mark.parametrize("path", ["nowhere", "/accounts/x/topology/v1/buckets", "k8s/v2/apps/x"])
def test_a_path_without_an_operation_meets_no_rule(faults: Faults, path: str) -> None:
    faults.add("refuse", problem=107)
    [item] = faults.explain("GET", path)
    assert item["matches"] is False
    assert item["reasons"][0].startswith("No operation of the account answers GET at /accounts/")


def test_another_accounts_path_meets_no_rule(faults: Faults) -> None:
    faults.add("refuse", problem=107)
    [item] = faults.explain("GET", f"/accounts/{world.some_id()}/{BUCKETS}")
    assert item["matches"] is False


def test_an_instance_is_looked_up(faults: Faults, app: App, bucket: Bucket) -> None:
    made = world.make_backup(app, bucket, name="night-1")
    faults.add("refuse", problem=107, match={"name": "day-*"})
    [item] = faults.explain("PUT", f"topology/v1/appBackups/{made.id}")
    assert item["reasons"][0].startswith("No operation")
    [item] = faults.explain("DELETE", f"k8s/v1/apps/{app.id}/appBackups/{made.id}")
    assert item["reasons"] == ["The name night-1 is not like day-*."]


def test_what_a_schedule_makes_has_neither_method_nor_path_nor_always_a_name() -> None:
    subject = Subject("appBackup.create", None, None, world.START, lambda: Details())
    rule = FaultRule(
        effect="backup-fail", method="POST", path_pattern="/k8s/*", name_pattern="night-*"
    )
    assert list(mismatches(rule, subject)) == [
        "It is made by a schedule, not by a call with method POST.",
        "It is made by a schedule, not by a call of a path like /k8s/*.",
        "It names nothing that could be like night-*.",
    ]


def test_a_malformed_question_is_refused(faults: Faults) -> None:
    response = faults.control.post(f"{faults.path}/explain", {"method": "MOVE"})
    assert number(response) == 8
    assert invalid(response) == ["method", "path"]
