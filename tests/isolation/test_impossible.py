"""A checkpoint that says what no account can come to is refused when it comes in, not later."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from astra.accounts.models import Account
from astra.engine.barriers import advance_to
from astra.engine.clocks import clock_advance
from astra.engine.worker import Worker
from astra.faults.actions import fault_rule_create
from astra.faults.serializers import FaultRuleBody
from astra.isolation.accounts import AccountWanted, account_delete, account_new
from astra.isolation.checkpoints import checkpoint_of, checkpoint_restore, checkpoint_save
from astra.isolation.files import checkpoint_export
from astra.isolation.models import Checkpoint
from astra.isolation.resetting import account_reset
from astra.scenarios.library import read_library
from astra.scenarios.loading import load_scenario
from backups.models import App, Schedule
from tests.conftest import Api, number, problem
from tests.isolation.control import control
from tests.isolation.test_accounts import STILL, state
from tests.isolation.test_checkpoints import SCHEDULE

pytestmark = pytest.mark.django_db

Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def api() -> Api:
    """A caller in an account in the midst of things."""
    made = account_new(AccountWanted(clock=STILL))
    api = Api(Account.objects.get(id=made.account.id), made.token)
    app = App.objects.get(account=api.account, name="web-shop")
    rule = {"effect": {"type": "backup-fail"}, "match": {"name": "x*"}, "name": "flaky"}
    fault_rule_create(account_id=api.account.id, body=FaultRuleBody.parse(rule))
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE).status_code == 201
    assert api.create_backup(app, name="done").status_code == 201
    clock_advance(account_id=api.account.id, by=timedelta(hours=2))
    assert api.create_backup(app, name="under-way").status_code == 201
    assert api.create_backup(app, name="x-fails").status_code == 201
    return api


def exported(api: Api) -> Any:
    checkpoint_save(account_id=api.account.id, name="saved")
    pieces = checkpoint_export(checkpoint_of(api.account.id, "saved"))
    return json.loads(b"".join(pieces))


def brought_in(api: Api, document: Any) -> HttpResponse:
    path = f"accounts/{api.account.id}/checkpoints/in"
    answer: HttpResponse = control().call("PUT", path, document)
    return answer


def row_of(tables: Tables, label: str) -> dict[str, Any]:
    return max(tables[label], key=lambda row: row.get("name") == "under-way")


def set_to(label: str, **columns: Any) -> Callable[[Tables], None]:
    """Change a row of a table: of backups, that which is under way."""

    def change(tables: Tables) -> None:
        row_of(tables, label).update(columns)

    return change


def a_step_too_many(tables: Tables) -> None:
    backup = row_of(tables, "backups.appbackup")
    steps = [each for each in tables["engine.transition"] if each["resource_id"] == backup["id"]]
    tables["engine.transition"].append(steps[-1] | {"sequence": backup["transition_count"]})


def less_than_is_in_it(tables: Tables) -> None:
    for bucket in tables["backups.bucket"]:
        bucket["stored_bytes"] = 0


IMPOSSIBLE: dict[str, Callable[[Tables], None]] = {
    "no such day in a rule": set_to(
        "backups.schedule",
        granularity="custom",
        minute="0",
        recurrence_rule="DTSTART:20260230T000000Z\nRRULE:FREQ=HOURLY;INTERVAL=1",
    ),
    "a rule that is none": set_to(
        "backups.schedule", granularity="custom", recurrence_rule="daily, please"
    ),
    "no minute": set_to("backups.schedule", minute="xx"),
    "a granularity without its hour": set_to("backups.schedule", granularity="daily"),
    "an instant at which it does not fire": set_to(
        "backups.schedule", next_firing_at="2026-01-05T12:34:56Z"
    ),
    "an end without an outcome": set_to("backups.appbackup", outcome=None),
    "another instant than its stage's": set_to(
        "backups.appbackup", next_transition_at="2026-01-05T12:00:00Z"
    ),
    "reasons that are none": set_to("backups.appbackup", outcome_reasons={"a": "b" * 300}),
    "too many steps": set_to("backups.appbackup", transition_count=2**31 - 1),
    "more bytes than can be added to": set_to("backups.bucket", stored_bytes=2**63 - 1),
    "more draws than can be added to": set_to("accounts.account", draws=2**63 - 1),
    "more calls than can be added to": set_to("faults.faultrule", seen=2**31 - 1),
    "a size that is none": set_to("backups.app", size_bytes=2**60),
    "a backup larger than anything": set_to("backups.appbackup", total_bytes=2**60),
    "a longer history": a_step_too_many,
    "labels that are none": set_to("backups.app", labels="shop"),
    "equal labels": set_to("backups.bucket", labels=[{"name": "a", "value": "b"}] * 2),
    "a state that is none": set_to("backups.bucket", state="lost"),
    "less than is in it": less_than_is_in_it,
    "parameters that are none": set_to("backups.bucket", parameters=[]),
    "seconds that are none": set_to("backups.app", stage_delays={"app-backup-run": "soon"}),
    "kinds that are none": set_to("accounts.account", immediate_kinds=["planet"]),
    "a clock that moves backward": set_to("accounts.account", clock_target="2020-01-01T00:00:00Z"),
    "an endless instant": set_to("accounts.token", created_at="infinity"),
    "before all time": set_to("backups.app", created_at="4000-01-01 00:00:00 BC"),
    "an effect that is none": set_to("faults.faultrule", effect="explode"),
    "parameters that its effect has not": set_to("faults.faultrule", parameters={"percent": "all"}),
    "what no rule is about": set_to("faults.faultrule", about={"cloud": str(uuid.UUID(int=1))}),
    "no rule after it": set_to("faults.faultrule", position=2**31 - 1),
    "no e-mail address": set_to("accounts.user", email="nobody"),
    "a table that is a column": set_to("backups.appbackup", total_bytes={}),
}


@pytest.mark.parametrize("change", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_refused(api: Api, change: Callable[[Tables], None]) -> None:
    document, before = exported(api), state(api.account)
    change(document["tables"])
    refused = brought_in(api, document)
    assert number(refused) == 9, refused.content
    assert problem(refused)["invalidFields"][0]["name"] == "file"
    assert not Checkpoint.objects.filter(name="in").exists()
    assert state(api.account) == before


def test_nor_is_an_account_made_of_it(api: Api) -> None:
    document = exported(api)
    set_to("backups.schedule", minute="xx")(document["tables"])
    account_delete(api.account.id)
    assert number(brought_in(api, document)) == 9
    assert not Account.objects.filter(id=api.account.id).exists()


def test_whatever_came_to_be_can_be_brought_in(api: Api) -> None:
    load_scenario(read_library("failures"))
    load_scenario(read_library("demo"))
    for account in Account.objects.all():
        caller = Api(account, None)
        document, before = exported(caller), state(account)
        answer = brought_in(caller, document)
        assert answer.status_code == 201, answer.content
        assert state(account) == before


def test_so_can_every_step_on_its_way(api: Api) -> None:
    for _ in range(6):
        assert brought_in(api, exported(api)).status_code in (200, 201)
        control().call("DELETE", f"accounts/{api.account.id}/checkpoints/saved")
        clock_advance(account_id=api.account.id, step=True)


def jam(api: Api) -> None:
    """Have a schedule that cannot fire, as an import may have brought in once."""
    Schedule.objects.filter(account=api.account).update(minute="xx")


def test_a_clock_that_cannot_be_moved_is_at_rest_afterwards(api: Api) -> None:
    checkpoint_save(account_id=api.account.id, name="before")
    jam(api)
    path = f"accounts/{api.account.id}"
    moved = control().call("POST", f"{path}/clock/advance", {"by": "PT3H"})
    assert moved.status_code == 500
    assert control().read(f"{path}/clock")["status"] == "ready"
    checkpoint_restore(account_id=api.account.id, name="before")
    assert control().call("POST", f"{path}/clock/advance", {"by": "PT3H"}).status_code == 200
    account_reset(api.account.id)


def test_so_is_one_that_the_worker_could_not_move(api: Api) -> None:
    jam(api)
    rows = Account.objects.filter(id=api.account.id)
    rows.update(clock_target=rows.get().clock_sim + timedelta(hours=3))
    Worker(lambda seconds: False).advance()
    assert rows.get().clock_target is None


def test_a_move_ends_when_the_account_is_put_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: Any, **how: Any) -> Any:
        account_reset(api.account.id)
        return advance_to(*args, **how)

    monkeypatch.setattr("astra.engine.clocks.advance_to", interrupted)
    path = f"accounts/{api.account.id}"
    assert number(control().call("POST", f"{path}/clock/advance", {"by": "P1D"})) == 164
    clock = control().read(f"{path}/clock")
    assert (clock["status"], clock["now"][:10]) == ("ready", "2026-01-05")


def test_a_move_that_was_left_at_its_target_is_ended_by_the_worker(api: Api) -> None:
    rows = Account.objects.filter(id=api.account.id)
    rows.update(clock_target=rows.get().clock_sim)
    Worker(lambda seconds: False).advance()
    assert rows.get().clock_target is None
