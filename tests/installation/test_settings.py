"""settings: what every resource promises, and how a configuration is asked for and judged."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.beginnings import begin_accounts
from astra.accounts.models import Account, Described
from astra.resources import registry
from installation import kinds, wellknown
from installation.actions.settings import is_enabled
from installation.models import Setting
from installation.wellknown import EXECUTION_HOOKS, LDAP, SMTP, judge_setting, well_known
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract_writes import Refused
from tests.declared import contract_of

CHANGE = {"type": "application/astra-setting", "version": "1.1"}
SETTINGS = "core/v1/settings"
ON, OFF = {"isEnabled": "true"}, {"isEnabled": "false"}
DIRECTORY = dict(well_known(LDAP).default) | {"connectionHost": "ldap.example.com"} | ON

_declared: Any = contract_of(registry.resource("setting"), registry.resource("setting").places[0])


class TestSettings(_declared):  # type: ignore[misc]
    def make(self, **values: Any) -> Described:
        return Setting.objects.create(
            account=self.account,
            name=f"astra.test.{world.some_id()}",
            version=kinds.SETTING.versions[0],
            current_config={},
            outcome_config={},
            **(world.AWAKE | values),
        )

    replacements = {"nothing": {}, "what it is": {"desiredConfig": {}, "state": "valid"}}
    unacceptable = _declared.unacceptable | {
        "what the schema does not have": Refused(
            {"desiredConfig": {"port": 1}}, 9, ["desiredConfig"]
        ),
        "no object": Refused({"desiredConfig": "on"}, 8, ["desiredConfig"]),
        "NUL": Refused({"desiredConfig": {"a": ["\0"]}}, 9, ["desiredConfig"]),
        "another current configuration": Refused(
            {"currentConfig": {"a": "b"}}, 10, ["currentConfig"]
        ),
    }


@pytest.fixture
def settings(account: Account) -> None:
    begin_accounts([account])


@pytest.fixture
def judged() -> Iterator[None]:
    known = dict(wellknown._known)
    yield
    wellknown._known.clear()
    wellknown._known.update(known)


def ask(api: Api, name: str, config: Any, **members: Any) -> Any:
    return api.put(
        f"{SETTINGS}/{uuid.uuid5(api.account.id, name)}",
        CHANGE | {"desiredConfig": config} | members,
    )


def read(api: Api, name: str) -> Any:
    (document,) = api.read(f"{SETTINGS}?filter=name%20eq%20'{name}'")["items"]
    return document


def test_a_new_account_has_every_setting_valid_and_off(api: Api) -> None:
    body = {"type": "application/astra-account", "version": "1.0", "name": "New"}
    made = api.call("POST", "/accounts", body, root=True).json()
    account = Account.objects.get(id=made["id"])
    owner = Api(account, world.make_token(world.make_user(account)))
    items = owner.read(SETTINGS)["items"]
    assert {item["name"] for item in items} == {EXECUTION_HOOKS, LDAP, SMTP}
    for item in items:
        assert (item["state"], item["stateUnready"]) == ("valid", [])
        assert item["currentConfig"] == well_known(item["name"]).default
        assert item["configSchema"]["title"] == item["name"]
        assert "desiredConfig" not in item


@pytest.mark.django_db
def test_a_throwaway_account_has_every_setting_again_after_a_reset(control: Any) -> None:
    made = control.post("accounts", {}).json()
    names = [EXECUTION_HOOKS, LDAP, SMTP]
    before = list(Setting.objects.filter(account_id=made["id"]).order_by("name").values())
    assert [row["name"] for row in before] == names
    Setting.objects.filter(account_id=made["id"]).update(state="error", version="1.0")
    assert control.post(f"accounts/{made['id']}/reset", {}).status_code == 200
    assert list(Setting.objects.filter(account_id=made["id"]).order_by("name").values()) == before


@pytest.mark.usefixtures("settings")
def test_what_is_asked_for_is_pending_then_current(api: Api, account: Account) -> None:
    assert ask(api, EXECUTION_HOOKS, ON).status_code == 204
    asked = read(api, EXECUTION_HOOKS)
    assert (asked["state"], asked["currentConfig"], asked["desiredConfig"]) == ("pending", OFF, ON)
    assert not is_enabled(account.id, EXECUTION_HOOKS)
    hops = world.settle_account(account.id, world.START + timedelta(seconds=2)) or []
    assert [(hop.from_state, hop.to_state) for hop in hops] == [("pending", "valid")]
    done = read(api, EXECUTION_HOOKS)
    assert (done["state"], done["currentConfig"], done["desiredConfig"]) == ("valid", ON, ON)
    assert is_enabled(account.id, EXECUTION_HOOKS)


@pytest.mark.usefixtures("settings")
def test_a_directory_without_a_host_ends_in_error_and_the_old_configuration(
    api: Api, account: Account
) -> None:
    assert ask(api, LDAP, DIRECTORY | {"connectionHost": ""}).status_code == 204
    world.advance(account, 2)
    document = read(api, LDAP)
    assert (document["state"], document["stateUnready"]) == (
        "error",
        ["The LDAP server has no host."],
    )
    assert document["currentConfig"] == well_known(LDAP).default
    world.make_ldap_user(account)
    assert ask(api, LDAP, DIRECTORY).status_code == 204
    assert read(api, LDAP)["stateUnready"] == []
    world.advance(account, 2)
    assert read(api, LDAP)["currentConfig"] == DIRECTORY


@pytest.mark.usefixtures("settings", "judged")
def test_a_family_decides_whether_its_setting_becomes_valid(api: Api, account: Account) -> None:
    asked = []
    judge_setting(LDAP, lambda *of: [asked.append(of) or "Nobody answers."])  # type: ignore[func-returns-value]
    ask(api, LDAP, DIRECTORY)
    world.advance(account, 2)
    assert asked == [(account.id, DIRECTORY)]
    assert read(api, LDAP)["stateUnready"] == ["Nobody answers."]


@pytest.mark.usefixtures("settings")
def test_asking_for_what_is_there_changes_nothing(api: Api, account: Account) -> None:
    ask(api, EXECUTION_HOOKS, OFF)
    assert read(api, EXECUTION_HOOKS)["state"] == "valid"
    ask(api, EXECUTION_HOOKS, ON)
    first = Setting.objects.get(name=EXECUTION_HOOKS).ends_at
    ask(api, EXECUTION_HOOKS, ON)
    assert Setting.objects.get(name=EXECUTION_HOOKS).ends_at == first
    ask(api, EXECUTION_HOOKS, OFF)
    world.advance(account, 2)
    assert read(api, EXECUTION_HOOKS)["currentConfig"] == OFF


@pytest.mark.usefixtures("settings")
def test_the_version_that_the_client_sends_is_taken(api: Api) -> None:
    assert ask(api, EXECUTION_HOOKS, ON, version="1.1.").status_code == 204
    assert ask(api, EXECUTION_HOOKS, ON, version="1.0.").status_code == 400
    assert read(api, EXECUTION_HOOKS)["version"] == "1.1"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"port": "636"}, "desiredConfig.port"),
        ({"port": 0}, "desiredConfig.port"),
        ({"secureMode": "TLS"}, "desiredConfig.secureMode"),
        ({"isEnabled": True}, "desiredConfig.isEnabled"),
        ({"bindDN": "cn=x"}, "desiredConfig"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_what_the_schema_refuses_is_problem_9_at_its_place(
    api: Api, change: Any, name: str
) -> None:
    response = ask(api, LDAP, DIRECTORY | change)
    assert (number(response), invalid(response)) == (9, [name])


@pytest.mark.django_db
def test_a_scenario_has_a_setting_otherwise(control: Any) -> None:
    scenario = {
        "scenario": "set",
        "accounts": [
            {
                "name": "a",
                "users": [{"email": "a@example.com", "role": "owner"}],
                "settings": [
                    {"name": EXECUTION_HOOKS, "currentConfig": ON},
                    {
                        "name": LDAP,
                        "desiredConfig": DIRECTORY,
                        "state": "pending",
                        "age": "0s",
                        "fate": {"outcome": "error", "stateUnready": ["No."]},
                    },
                ],
            }
        ],
    }
    made = control.post("accounts", {"scenario": scenario}).json()
    account = Account.objects.get(id=made["id"])
    assert is_enabled(account.id, EXECUTION_HOOKS)
    assert Setting.objects.filter(account=account).count() == 3
    world.advance(account, 2)
    setting = Setting.objects.get(account=account, name=LDAP)
    assert (setting.state, setting.current_config) == ("error", well_known(LDAP).default)
    assert setting.state_unready == ["No."]


@pytest.mark.django_db
def test_a_scenario_cannot_say_what_a_setting_does_not_take(control: Any) -> None:
    items = [{"name": EXECUTION_HOOKS, "currentConfig": {"port": 1}}]
    owner = {"email": "a@example.com", "role": "owner"}
    account = {"name": "a", "users": [owner], "settings": items}
    response = control.post("accounts", {"scenario": {"scenario": "set", "accounts": [account]}})
    assert response.status_code == 400
    assert "currentConfig" in json.dumps(response.json())
