"""The hooks that run once an app is failed over, and what the app that takes over shows of them."""

from typing import Any

import pytest

from astra.accounts.models import Account
from backups.models import App
from tests.hooks.on import make_hook, turn
from tests.mirrors.replicating import Replication
from tests.ruling import Faults

DETAIL = {"type": "about:blank", "title": "Exit code 1", "detail": "Greet failed."}
RAN = ["Greet (post-failover) ran in 1 container."]


@pytest.fixture(autouse=True)
def _greets(account: Account, app: App) -> None:
    turn(account, "true")
    make_hook(account, app, name="Greet", action="failover", stage="post")
    app.refresh_from_db()


def said(app: Any) -> list[str]:
    return [each["detail"] for each in app["stateDetails"]]


def test_hooks_run_on_a_fail_over(replication: Replication) -> None:
    replication.establish()
    assert replication.other()["stateDetails"] == []
    replication.fail_over()
    other = replication.other()
    assert (other["state"], said(other)) == ("ready", RAN)
    replication.put(stateDesired="established")
    assert replication.other()["stateDetails"] == []


def test_hooks_run_on_a_reversal_without_a_fail_over(replication: Replication) -> None:
    destination = replication.establish()["destinationAppID"]
    replication.put(stateDesired="established", **replication.ends(swapped=True))
    assert said(replication.api.read(f"k8s/v2/apps/{destination}")) == RAN


def test_a_fault_rule_decides_what_they_said(replication: Replication, faults: Faults) -> None:
    replication.establish()
    faults.add("failover-hooks-fail", details=[DETAIL])
    assert replication.fail_over()["state"] == "failedOver"
    assert replication.other()["stateDetails"] == [DETAIL]
