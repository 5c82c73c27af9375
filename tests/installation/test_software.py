"""Packages and upgrades: what becomes of them by the clock."""

from typing import Any

import pytest

from astra.accounts.models import Account
from installation.models import Upgrade
from tests import world
from tests.conftest import Api, invalid, number
from tests.installation.making import make_upgrade

PACKAGE = {
    "type": "application/astra-package",
    "version": "1.0",
    "packageName": "acc",
    "packageVersion": "24.02.1",
    "packageType": "patch",
    "severityLevel": "critical",
}
CHANGE = {"type": "application/astra-upgrade", "version": "1.1"}


def states(upgrade: Upgrade) -> tuple[str, str]:
    upgrade.refresh_from_db()
    return upgrade.state, upgrade.state_desired


def test_a_package_is_verified_then_available(api: Api, account: Account) -> None:
    made = api.post("core/v1/packages", PACKAGE).json()
    assert (made["packageState"], made["packageStateDetails"]) == ("verifying", [])
    assert "images" not in made
    assert number(api.post("core/v1/packages", PACKAGE)) == 10
    world.advance(account, 3)
    assert api.read(f"core/v1/packages/{made['id']}")["packageState"] == "available"


def ask(api: Api, upgrade: Upgrade, state: str) -> Any:
    return api.put(f"core/v1/upgrades/{upgrade.id}", CHANGE | {"stateDesired": state})


def test_a_scheduled_upgrade_starts_and_ends_by_the_clock(api: Api, account: Account) -> None:
    upgrade = make_upgrade(account)
    assert ask(api, upgrade, "scheduled").status_code == 204
    assert states(upgrade) == ("scheduled", "scheduled")
    assert ask(api, upgrade, "proposed").status_code == 204
    world.advance(account, 3600)
    assert states(upgrade) == ("proposed", "proposed")
    assert ask(api, upgrade, "scheduled").status_code == 204
    world.advance(account, 67)
    assert states(upgrade)[0] == "running"
    assert (number(ask(api, upgrade, "proposed")), invalid(ask(api, upgrade, "proposed"))) == (
        10,
        ["stateDesired"],
    )
    world.advance(account, 34)
    assert states(upgrade)[0] == "complete"
    assert number(ask(api, upgrade, "running")) == 10


def test_an_upgrade_that_is_to_run_runs_at_once(api: Api, account: Account) -> None:
    upgrade = make_upgrade(account)
    assert ask(api, upgrade, "running").status_code == 204
    assert states(upgrade) == ("running", "running")
    world.advance(account, 34)
    assert states(upgrade)[0] == "complete"


@pytest.mark.django_db
def test_a_scenario_has_packages_and_upgrades(control: Any) -> None:
    upgrade = {
        "componentName": "acc",
        "componentInstance": "/accounts",
        "componentID": str(world.some_id()),
        "currentVersion": "23.10.0",
    }
    account = {
        "name": "a",
        "clock": {"mode": "manual", "at": "2026-01-05T12:00:00Z"},
        "users": [{"email": "a@example.com", "role": "owner"}],
        "packages": [
            {
                "packageName": "acc",
                "packageVersion": "24.02.0",
                "packageType": "install",
                "severityLevel": "recommended",
                "age": "1d",
            }
        ],
        "upgrades": [
            upgrade | {"upgradeVersion": "24.02.0", "state": "proposed", "fate": "held"},
            upgrade | {"upgradeVersion": "23.10.0", "state": "complete", "age": "30d"},
            upgrade | {"upgradeVersion": "24.03.0", "state": "unavailable", "fate": "held"},
        ],
    }
    response = control.post("accounts", {"scenario": {"scenario": "s", "accounts": [account]}})
    assert response.status_code == 201, response.content
    found = dict(Upgrade.objects.values_list("upgrade_version", "state_desired"))
    assert found == {"24.02.0": "proposed", "23.10.0": "running", "24.03.0": "running"}
