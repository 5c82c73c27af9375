"""Fault rules as resources of the control surface."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from astra.accounts.models import Account
from astra.faults.effects.base import FateEffect
from astra.faults.effects.registered import EFFECTS
from astra.faults.models import FaultRule
from astra.faults.subjects import operations
from backups.lifecycle import APP_BACKUP
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, invalid, number
from tests.control import Control
from tests.ruling import Faults

FATE_EFFECTS = (
    "backup-fail",
    "backup-remove",
    "backup-unknown",
    "backup-never-ends",
    "hooks-fail",
    "snapshot-fail",
    "app-fail",
    "app-never-ends",
    "mirror-hangs",
    "failover-hooks-fail",
    "transfer-fail",
)
EFFECT_NAMES = (*FATE_EFFECTS, "refuse", "status", "delay", "drop-connection", "truncate")

EVERYTHING = {
    "operation": "appBackup.create",
    "method": "POST",
    "path": "/k8s/*",
    "app": "11111111-1111-4111-8111-111111111111",
    "bucket": "22222222-2222-4222-8222-222222222222",
    "name": "night*",
    "every": 2,
    "next": 3,
    "probability": 0.5,
    "until": "2026-01-06T00:00:00.000000Z",
}


def test_a_rule_is_answered_as_it_was_sent_with_an_id_and_no_hits(faults: Faults) -> None:
    rule = faults.add("backup-fail", match=EVERYTHING, name="mondays", at=0.25, reasons=["Disk."])
    assert rule == {
        "id": rule["id"],
        "name": "mondays",
        "enabled": True,
        "match": EVERYTHING,
        "effect": {"type": "backup-fail", "at": 0.25, "reasons": ["Disk."]},
        "hits": 0,
    }
    assert json.loads(faults.control.get(f"{faults.path}/{rule['id']}").content) == rule
    assert faults.all() == [rule]


def test_rules_are_listed_in_the_order_in_which_they_were_made(faults: Faults) -> None:
    made = [faults.add("refuse", problem=problem)["id"] for problem in (107, 148, 11)]
    assert [rule["id"] for rule in faults.all()] == made


def test_a_created_rule_is_where_its_location_says(faults: Faults) -> None:
    response = faults.control.post(faults.path, {"effect": {"type": "delay", "seconds": 0}})
    rule = json.loads(response.content)
    assert response["Location"].endswith(f"/simulator/v1/{faults.path}/{rule['id']}")


def test_a_deleted_rule_is_gone(faults: Faults) -> None:
    first, second = faults.add("refuse", problem=11), faults.add("refuse", problem=12)
    path = f"{faults.path}/{first['id']}"
    assert faults.control.delete(path).status_code == 204
    assert number(faults.control.delete(path)) == 1
    assert number(faults.control.get(path)) == 2
    assert [rule["id"] for rule in faults.all()] == [second["id"]]


def test_all_rules_of_an_account_are_deleted_at_once_and_no_other(faults: Faults) -> None:
    other = Faults(faults.control, world.make_account())
    faults.add("refuse", problem=11)
    faults.add("refuse", problem=12)
    kept = other.add("refuse", problem=13)
    assert faults.control.delete(faults.path).status_code == 204
    assert faults.all() == []
    assert other.all() == [kept]


def test_a_rule_that_is_replaced_keeps_id_and_place_and_counts_anew(faults: Faults) -> None:
    first = faults.add("refuse", problem=11, name="one", match={"operation": "token.create"})
    second = faults.add("backup-never-ends")
    FaultRule.objects.filter(id=first["id"]).update(seen=3, hits=3)
    path = f"{faults.path}/{first['id']}"

    def put(**members: Any) -> Any:
        return json.loads(faults.control.put(path, members).content)

    # Only another name: it goes on counting.
    named = put(name="two", match=first["match"], effect=first["effect"])
    assert named == first | {"name": "two", "hits": 3}
    changed = put(enabled=False, match={"next": 1}, effect={"type": "delay", "seconds": 1})
    effect = {"type": "delay", "seconds": 1}
    assert changed == {
        "id": first["id"],
        "enabled": False,
        "match": {"next": 1},
        "effect": effect,
        "hits": 0,
    }
    assert faults.all() == [changed, second]
    assert invalid(faults.control.put(path, {"effect": {"type": "explode"}})) == ["effect.type"]
    unknown = f"{faults.path}/{world.some_id()}"
    assert number(faults.control.put(unknown, {"effect": effect})) == 2
    assert number(faults.control.put(f"{faults.path}/x", {"effect": effect})) == 2


def test_a_rule_that_is_switched_off_is_explained_and_not_asked(faults: Faults) -> None:
    body = {"enabled": False, "effect": {"type": "refuse", "problem": 11}}
    faults.control.post(faults.path, body)
    call = {"method": "GET", "path": "k8s/v2/apps"}
    told = json.loads(faults.control.post(f"{faults.path}/explain", call).content)
    assert told["items"][0]["reasons"] == ["It is switched off."]
    faults.account.refresh_from_db()
    assert not faults.account.has_faults


def test_a_rule_is_found_in_its_own_account_only(faults: Faults) -> None:
    rule = faults.add("refuse", problem=11)
    other = f"accounts/{world.make_account().id}/faults/{rule['id']}"
    assert number(faults.control.get(other)) == 2
    assert number(faults.control.delete(other)) == 1
    assert len(faults.all()) == 1


@pytest.mark.parametrize("account_id", ["x", "11111111-1111-4111-8111-111111111111"])
def test_an_unknown_account_has_no_rules(control: Control, db: None, account_id: str) -> None:
    assert number(control.get(f"accounts/{account_id}/faults")) == 2
    body = {"effect": {"type": "refuse", "problem": 11}}
    assert number(control.post(f"accounts/{account_id}/faults", body)) == 2


def test_the_account_knows_whether_it_has_rules(faults: Faults) -> None:
    def known() -> bool:
        return Account.objects.values_list("has_faults", flat=True).get(id=faults.account.id)

    assert known() is False
    first, second = faults.add("refuse", problem=11), faults.add("refuse", problem=12)
    assert known() is True
    faults.control.delete(f"{faults.path}/{first['id']}")
    assert known() is True
    faults.control.delete(f"{faults.path}/{second['id']}")
    assert known() is False


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ["effect"]),
        ({"effect": "refuse"}, ["effect"]),
        ({"effect": {}}, ["effect.type"]),
        ({"effect": {"type": "explode"}}, ["effect.type"]),
        ({"effect": {"type": "refuse"}}, ["effect.problem"]),
        ({"effect": {"type": "refuse", "problem": 9999}}, ["effect.problem"]),
        ({"effect": {"type": "refuse", "problem": "11"}}, ["effect.problem"]),
        ({"effect": {"type": "refuse", "problem": 11, "x": 1}}, ["effect.x"]),
        ({"effect": {"type": "status", "status": 200}}, ["effect.status"]),
        ({"effect": {"type": "status", "status": 503, "retryAfter": -1}}, ["effect.retryAfter"]),
        ({"effect": {"type": "delay", "seconds": 121}}, ["effect.seconds"]),
        ({"effect": {"type": "delay", "seconds": True}}, ["effect.seconds"]),
        ({"effect": {"type": "delay"}}, ["effect"]),
        ({"effect": {"type": "delay", "min": 1}}, ["effect"]),
        ({"effect": {"type": "truncate", "bytes": -1}}, ["effect.bytes"]),
        ({"effect": {"type": "drop-connection", "when": "now"}}, ["effect.when"]),
        ({"effect": {"type": "backup-fail", "at": 1.5}}, ["effect.at"]),
        ({"effect": {"type": "backup-fail", "reasons": [""]}}, ["effect.reasons[0]"]),
        ({"effect": {"type": "hooks-fail", "details": []}}, ["effect.details"]),
        (
            {"effect": {"type": "hooks-fail", "details": [{"type": "t", "title": "t"}]}},
            ["effect.details[0].detail"],
        ),
        ({"effect": {"type": "backup-never-ends"}, "match": {"method": "PATCH"}}, ["match.method"]),
        ({"effect": {"type": "backup-never-ends"}, "match": {"every": 0}}, ["match.every"]),
        ({"effect": {"type": "backup-never-ends"}, "match": {"next": 1.5}}, ["match.next"]),
        (
            {"effect": {"type": "backup-never-ends"}, "match": {"probability": 1.1}},
            ["match.probability"],
        ),
        (
            {"effect": {"type": "backup-never-ends"}, "match": {"operation": "appBackup.make"}},
            ["match.operation"],
        ),
        ({"effect": {"type": "backup-never-ends"}, "match": {"until": "soon"}}, ["match.until"]),
        ({"effect": {"type": "backup-never-ends"}, "match": {"app": "x"}}, ["match.app"]),
        ({"effect": {"type": "backup-never-ends"}, "match": {"name": "a\0"}}, ["match.name"]),
        ({"effect": {"type": "backup-never-ends"}, "hits": 1}, ["hits"]),
    ],
)
def test_a_malformed_rule_is_refused_by_name(faults: Faults, body: Any, names: list[str]) -> None:
    response = faults.control.post(faults.path, body)
    assert number(response) == 8
    assert invalid(response) == names
    assert faults.all() == []


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (
            {"effect": {"type": "backup-fail"}, "match": {"operation": "appSnap.create"}},
            ["effect"],
        ),
        ({"effect": {"type": "delay", "min": 2, "max": 1}}, ["effect.max"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_problem_9(
    faults: Faults, body: Any, names: list[str]
) -> None:
    response = faults.control.post(faults.path, body)
    assert number(response) == 9
    assert invalid(response) == names


def test_an_account_has_a_bounded_number_of_rules(
    faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.faults.actions.MOST_RULES", 1)
    faults.add("refuse", problem=11)
    again = faults.control.post(faults.path, {"effect": {"type": "refuse", "problem": 11}})
    assert number(again) == 9


def test_on_a_still_clock_a_rule_has_the_id_that_the_history_gives_it(faults: Faults) -> None:
    first = faults.add("refuse", problem=11)["id"]
    assert faults.add("refuse", problem=11)["id"] != first
    faults.control.delete(faults.path)
    assert faults.add("refuse", problem=12)["id"] == first


def test_a_call_of_an_account_without_rules_runs_no_further_statement(
    api: Api, app: App, bucket: Bucket, faults: Faults
) -> None:
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            api.get("topology/v1/buckets")
        return [query["sql"] for query in captured]

    without = statements()
    faults.add("refuse", problem=11, match={"method": "DELETE"})
    with_a_rule = statements()
    assert not [sql for sql in without if "faults_faultrule" in sql]
    assert len(with_a_rule) == len(without) + 1


def test_the_closed_list_is_what_is_registered() -> None:
    assert tuple(EFFECTS) == EFFECT_NAMES
    decided = [name for name, effect in EFFECTS.items() if isinstance(effect, FateEffect)]
    assert tuple(decided) == FATE_EFFECTS


def test_every_effect_ends_in_a_state_of_the_lifecycle() -> None:
    said = {"details": [{"type": "t", "title": "t", "detail": "d"}]}
    given = {"hooks-fail": said, "failover-hooks-fail": said}
    for name in FATE_EFFECTS:
        effect = EFFECTS[name]
        assert isinstance(effect, FateEffect)
        fates = effect.fates(given.get(name, {}))
        for fate in (fates.own, fates.source):
            assert fate is None or fate.outcome in (None, *APP_BACKUP.final)
        # A transfer is no call's: a schedule begins it.
        assert effect.operations <= {*operations(), "appMirror.transfer"}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"effect": "explode"}, "fault_rule_effect_is_known"),
        ({"method": "PATCH"}, "fault_rule_method_is_known"),
        ({"every": 0}, "fault_rule_every_is_positive"),
        ({"next_count": 0}, "fault_rule_next_is_positive"),
        ({"probability": 1.5}, "fault_rule_probability_is_fraction"),
        ({"next_count": 1, "hits": 2, "seen": 2}, "fault_rule_acts_at_most_next_times"),
        ({"hits": 1}, "fault_rule_acts_only_when_asked"),
    ],
)
def test_the_database_refuses_an_impossible_rule(
    account: Account, values: Any, constraint: str
) -> None:
    defaults = {"effect": "refuse", "position": 0, "created_at": world.START}
    with pytest.raises(IntegrityError, match=constraint):
        FaultRule.objects.create(account=account, **(defaults | values))
