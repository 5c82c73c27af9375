"""ldapUsers and ldapGroups: what a directory has, once the account's setting names it."""

from typing import Any
from urllib.parse import quote

import pytest

from astra.accounts.models import Account
from identity.resources.ldap import LDAP_GROUP, LDAP_USER
from installation.actions.settings import settings_begin
from installation.models import Setting
from installation.wellknown import LDAP
from tests import world
from tests.conftest import Api, number
from tests.declared import contract_of

HOST = "ldap.example.com"
USERS = "core/v1/ldapUsers"


def switch_on(account: Account) -> None:
    """Have the account's setting name its directory, at once."""
    world.directory_of(account)
    settings_begin([account])
    setting = Setting.objects.get(account=account, name=LDAP)
    setting.current_config |= {"connectionHost": HOST, "isEnabled": "true"}
    setting.save()


class _Listed:
    @pytest.fixture(autouse=True)
    def _on(self, _world: None) -> None:
        here: Any = self
        switch_on(here.account)


class TestLdapUsers(_Listed, contract_of(LDAP_USER, LDAP_USER.places[0])):  # type: ignore[misc]
    """`…/ldapUsers`."""

    def make(self, **values: Any) -> Any:
        return world.make_ldap_user(self.account, **values)


class TestLdapGroups(_Listed, contract_of(LDAP_GROUP, LDAP_GROUP.places[0])):  # type: ignore[misc]
    """`…/ldapGroups`."""

    def make(self, **values: Any) -> Any:
        group = world.make_ldap_group(self.account)
        type(group).objects.filter(id=group.id).update(**values)
        return group


def ask(api: Api, **config: Any) -> Any:
    """Ask for a configuration of the setting; return the setting once it was judged."""
    settings_begin([api.account])
    clause = quote(f"name eq '{LDAP}'")
    (setting,) = api.read(f"core/v1/settings?filter={clause}")["items"]
    sent = {"type": "application/astra-setting", "version": "1.1."}
    path = f"core/v1/settings/{setting['id']}"
    assert (
        api.put(path, sent | {"desiredConfig": setting["currentConfig"] | config}).status_code
        == 204
    )
    world.advance(api.account, 60)
    return api.read(path)


def test_nothing_is_listed_until_the_setting_names_the_directory(api: Api) -> None:
    world.make_ldap_user(api.account)
    assert (api.get(USERS).status_code, number(api.get(USERS))) == (500, 34)
    elsewhere = ask(api, connectionHost="elsewhere.example.com", isEnabled="true")
    assert (elsewhere["state"], number(api.get(USERS))) == ("error", 34)
    assert ask(api, connectionHost=HOST, isEnabled="true")["state"] == "valid"
    assert len(api.read(USERS)["items"]) == 1
    assert ask(api, isEnabled="false")["state"] == "valid"
    assert number(api.get(USERS)) == 34


def test_in_looks_for_parts_and_eq_for_the_whole(api: Api) -> None:
    switch_on(api.account)
    for name in ("ada", "adam", "eve"):
        world.make_ldap_user(api.account, cn=name)

    def found(clause: str) -> set[str]:
        return {each["cn"] for each in api.read(f"{USERS}?filter={quote(clause)}")["items"]}

    assert found("email in 'ADA'") == {"ada", "adam"}
    assert found("email in 'eve@,adam'") == {"adam", "eve"}
    assert found("cn eq 'ada'") == {"ada"}


def test_a_page_has_25_entries(api: Api) -> None:
    switch_on(api.account)
    for _ in range(26):
        world.make_ldap_user(api.account)
    page = api.read(USERS)
    assert len(page["items"]) == 25
    rest = api.read(f"{USERS}?continue={quote(page['metadata']['continue'])}")
    assert (len(rest["items"]), "continue" in rest["metadata"]) == (1, False)
