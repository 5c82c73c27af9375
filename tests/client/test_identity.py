"""Users, groups, the directory and credentials, as a person keeps them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT


@pytest.fixture
def user(estate: Estate) -> Callable[[str], dict[str, Any] | None]:
    """The user with an e-mail address."""
    return lambda email: next(
        (each for each in estate.items("core/v1/users") if each["email"] == email), None
    )


@types("create user", "destroy user")
def test_a_local_user_comes_with_a_password_and_goes(
    client: Client, estate: Estate, user: Callable[[str], dict[str, Any] | None]
) -> None:
    email = "nina@example.com"
    client.succeeds("create", "user", email, "member", "-f", "Nina", "-l", "New", "-p", "S3cret!")
    made = user(email)
    assert made
    assert made["authProvider"] == "local"
    assert estate.named("core/v1/credentials", made["id"])["keyType"] == "passwordHash"
    assert "createUser() failed" in client.fails("create", "user", email, "member", "-p", "x")
    said = client.succeeds("destroy", "user", made["id"]).out
    assert f"User {made['id']} destroyed" in said
    assert user(email) is None


def test_a_local_user_without_a_password_does_not_stay(
    client: Client, user: Callable[[str], dict[str, Any] | None]
) -> None:
    said = client.fails("create", "user", "nina@example.com", "member")
    assert "--tempPassword is required" in said
    assert user("nina@example.com") is None


def test_a_user_of_the_directory_comes_and_goes(
    client: Client, estate: Estate, user: Callable[[str], dict[str, Any] | None]
) -> None:
    taken = {each["email"] for each in estate.items("core/v1/users")}
    emails = [each["email"] for each in client.items("list", "ldapusers")]
    email = next(each for each in emails if each not in taken)
    client.succeeds("create", "user", email, "viewer", "--ldap")
    made = user(email)
    assert made
    assert made["authProvider"] == "ldap"
    client.succeeds("destroy", "user", made["id"])
    assert user(email) is None
    said = client.fails("create", "user", "nobody@nowhere.example", "viewer", "--ldap")
    assert "0 LDAP users found" in said


def test_a_user_is_held_to_namespaces(
    client: Client, estate: Estate, user: Callable[[str], dict[str, Any] | None]
) -> None:
    namespace = client.items("list", "namespaces")[0]["id"]
    email = "nina@example.com"
    client.succeeds("create", "user", email, "member", "-p", "S3cret!", "-n", namespace)
    made = user(email)
    assert made
    (binding,) = client.items("list", "rolebindings", "--idFilter", made["id"])
    assert binding["roleConstraints"] == [f"namespaces:id='{namespace}'.*"]


@types("create group", "destroy group")
def test_a_group_of_the_directory_comes_and_goes(client: Client, estate: Estate) -> None:
    taken = {each["authID"] for each in estate.items("core/v1/groups")}
    names = [each["dn"] for each in client.items("list", "ldapgroups")]
    name = next(each for each in names if each not in taken)
    client.succeeds("create", "group", name, "viewer")
    (made,) = (each for each in estate.items("core/v1/groups") if each["authID"] == name)
    said = client.succeeds("destroy", "group", made["id"]).out
    assert f"Group {made['id']} destroyed" in said
    assert name not in {each["authID"] for each in estate.items("core/v1/groups")}
    assert "0 LDAP groups found" in client.fails("create", "group", "CN=nobody", "viewer")


def ldap(estate: Estate) -> dict[str, Any]:
    return estate.named("core/v1/settings", "astra.account.ldap")


def set_up(host: str) -> list[str]:
    """The command that connects the account to a directory."""
    return [
        *("create", "ldap", host, "636", "--secure"),
        *("-u", "cn=reader,dc=example,dc=com", "-p", "S3cret!"),
        *("--userBaseDN", "ou=people,dc=example,dc=com"),
        *("--groupBaseDN", "ou=groups,dc=example,dc=com"),
    ]


@types("create ldap", "manage ldap", "unmanage ldap", "destroy ldap")
def test_the_directory_is_connected_switched_off_and_on_and_left(
    client: Client, estate: Estate
) -> None:
    host = ldap(estate)["currentConfig"]["connectionHost"]
    client.succeeds(*set_up(host))
    estate.controls.clock.advance("1h")
    connected = ldap(estate)
    assert (connected["state"], connected["currentConfig"]["connectionHost"]) == ("valid", host)
    client.succeeds("unmanage", "ldap")
    estate.controls.clock.advance("1h")
    assert ldap(estate)["currentConfig"]["isEnabled"] == "false"
    client.succeeds("manage", "ldap")
    estate.controls.clock.advance("1h")
    assert ldap(estate)["currentConfig"]["isEnabled"] == "true"
    client.succeeds("destroy", "ldap")
    estate.controls.clock.advance("1h")
    assert ldap(estate)["currentConfig"]["connectionHost"] == ""


def test_a_directory_that_does_not_answer_is_an_error(client: Client, estate: Estate) -> None:
    client.succeeds(*set_up("nobody.example.com"))
    estate.controls.clock.advance("1h")
    setting = ldap(estate)
    assert setting["state"] == "error"
    assert setting["stateUnready"]


@types("destroy credential")
def test_a_credential_is_destroyed(client: Client, estate: Estate) -> None:
    one = estate.items("core/v1/credentials")[0]["id"]
    assert f"Credential {one} destroyed" in client.succeeds("destroy", "credential", one).out
    assert "invalid choice" in client.fails("destroy", "credential", one)


@types("create asup", "copy asup")
def test_a_support_bundle_is_made_and_fetched(client: Client, estate: Estate) -> None:
    before = {each["id"] for each in estate.items("core/v1/asups")}
    client.succeeds("create", "asup", "--hours", "12")
    (made,) = (each for each in estate.items("core/v1/asups") if each["id"] not in before)
    assert "failed" in client.fails("copy", "asup", made["id"])
    estate.controls.clock.advance("1d")
    client.succeeds("copy", "asup", made["id"])
    (file,) = client.folder.glob(f"{made['id']}*")
    assert file.read_bytes()[:2] == b"\x1f\x8b"
    file.unlink()
    said = client.fails("create", "asup", "--dataWindowStart", "2020-01-01T00:00:00+00:00")
    assert "createAsup() failed" in said
