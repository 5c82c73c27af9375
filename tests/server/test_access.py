"""The ways in: the client's configuration, the administrator, and what the banner says of them."""

import dataclasses
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User as SiteUser
from django.core.management import CommandError, call_command

from astra.accounts.callers import caller_of
from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, Role, Token
from astra.api.options import Options
from astra.server.client_config import (
    ensure_client_config,
    ready_apps,
    served_address,
    token_of,
)
from astra.server.preparation import Access, banner, ensure_administrator
from backups.models import App
from tests import world


@pytest.fixture
def owned(db: None) -> Account:
    """An account in real time, with an owner."""
    account = world.make_account(mode=ClockMode.REAL)
    world.make_user(account, Role.OWNER)
    return account


def write(options: Options, config: dict[str, Any]) -> None:
    (options.data_dir / "config.yaml").write_text(yaml.safe_dump(config))


def test_the_file_lets_a_client_in_as_the_owner(options: Options, owned: Account) -> None:
    config = ensure_client_config(options)
    assert config is not None
    path = options.data_dir / "config.yaml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert config == yaml.safe_load(path.read_text())
    assert config | {"headers": {}} == {
        "headers": {},
        "uid": str(owned.id),
        "astra_project": "127.0.0.1:8443",
        "verifySSL": False,
    }
    caller = caller_of(token_of(config))
    assert (caller.account_id, caller.role) == (owned.id, Role.OWNER)


def test_a_good_token_is_kept(options: Options, owned: Account) -> None:
    first = ensure_client_config(options)
    assert ensure_client_config(options) == first
    assert Token.objects.count() == 1


def test_a_good_token_is_kept_when_the_port_changes(options: Options, owned: Account) -> None:
    first = ensure_client_config(options)
    assert first is not None
    moved = ensure_client_config(dataclasses.replace(options, https_port=9443))
    assert moved == first | {"astra_project": "127.0.0.1:9443"}


def test_the_command_keeps_the_port_of_the_service(options: Options, owned: Account) -> None:
    """It runs in another shell, where the ports of the service need not be known."""
    first = ensure_client_config(dataclasses.replace(options, https_port=9443))
    assert ensure_client_config(options, address=served_address(options)) == first


def test_a_revoked_token_is_replaced(options: Options, owned: Account) -> None:
    first = ensure_client_config(options)
    Token.objects.all().delete()
    second = ensure_client_config(options)
    assert first is not None
    assert second is not None
    assert token_of(second) != token_of(first)
    assert caller_of(token_of(second)).account_id == owned.id


@pytest.mark.parametrize("text", ["", "uid: 1", "- nothing", "{", "headers: {Authorization: x}"])
def test_a_spoilt_file_is_replaced(options: Options, owned: Account, text: str) -> None:
    (options.data_dir / "config.yaml").write_text(text)
    config = ensure_client_config(options)
    assert config is not None
    assert config["uid"] == str(owned.id)


def test_another_account_that_someone_chose_is_kept(options: Options, owned: Account) -> None:
    chosen = world.make_account()
    token = world.make_token(world.make_user(chosen, Role.OWNER))
    headers = {"Authorization": f"Bearer {token}"}
    write(options, {"headers": headers, "uid": str(chosen.id)})
    config = ensure_client_config(options)
    assert config is not None
    assert (config["uid"], token_of(config)) == (str(chosen.id), token)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN])
def test_a_token_of_a_lesser_role_is_replaced(options: Options, owned: Account, role: str) -> None:
    token = world.make_token(world.make_user(owned, role))
    write(options, {"headers": {"Authorization": f"Bearer {token}"}, "uid": str(owned.id)})
    config = ensure_client_config(options)
    assert config is not None
    assert caller_of(token_of(config)).role is Role.OWNER


def test_the_account_is_the_oldest_in_real_time_with_a_ready_app(
    options: Options, owned: Account
) -> None:
    manual = world.make_account()
    world.make_user(manual, Role.OWNER)
    world.make_app(manual)
    later: dict[str, Any] = {"created_at": datetime(2030, 1, 1, tzinfo=UTC)}
    second, third = (world.make_account(mode=ClockMode.REAL, **later) for _ in range(2))
    for account in (second, third):
        world.make_user(account, Role.OWNER)
    world.make_app(third)
    config = ensure_client_config(options)
    assert config is not None
    assert config["uid"] == str(third.id)


@pytest.mark.django_db
def test_without_an_account_there_is_no_file(options: Options) -> None:
    world.make_user(world.make_account(mode=ClockMode.REAL), Role.ADMIN)
    assert ensure_client_config(options) is None
    assert not (options.data_dir / "config.yaml").exists()


@pytest.mark.usefixtures("owned")
def test_the_command_prints_the_file(options: Options, settings: Any) -> None:
    settings.ASTRA = options
    output = StringIO()
    call_command("client_config", stdout=output)
    assert output.getvalue() == (options.data_dir / "config.yaml").read_text()


@pytest.mark.django_db
def test_the_command_says_that_there_is_no_account(options: Options, settings: Any) -> None:
    settings.ASTRA = options
    with pytest.raises(CommandError, match="seed a scenario first"):
        call_command("client_config")


@pytest.mark.django_db
def test_the_administrator_is_made_once_with_a_password_that_is_kept(options: Options) -> None:
    password = ensure_administrator(options)
    path = options.data_dir / "admin_password"
    assert path.read_text().strip() == password
    assert path.stat().st_mode & 0o777 == 0o600
    assert ensure_administrator(options) == password
    administrator = SiteUser.objects.get()
    assert administrator.is_superuser
    assert administrator.check_password(str(password))


@pytest.mark.django_db
def test_the_environment_decides_the_administrators_password(options: Options) -> None:
    ensure_administrator(options)
    chosen = dataclasses.replace(options, admin_password="chosen")
    assert ensure_administrator(chosen) == "chosen"
    assert SiteUser.objects.get().check_password("chosen")
    # At the next start without the variable it still holds.
    assert ensure_administrator(options) == "chosen"


@pytest.mark.django_db
def test_a_password_changed_on_the_site_stays(options: Options) -> None:
    ensure_administrator(options)
    administrator = SiteUser.objects.get()
    administrator.set_password("my own")
    administrator.save()
    assert ensure_administrator(options) is None
    assert SiteUser.objects.get().check_password("my own")


def test_the_banner_says_how_to_get_in(options: Options, owned: Account, app: App) -> None:
    config = ensure_client_config(options)
    assert config is not None
    world.make_app(owned, state="failed")
    ready = world.make_app(owned, name="wordpress")
    assert list(ready_apps().filter(account=owned)) == [ready]
    text = banner(options, Access(config, ready, "secret"))
    for part in (
        "http://127.0.0.1:8000",
        "https://127.0.0.1:8443",
        "user admin, password secret",
        str(owned.id),
        token_of(config),
        f"/accounts/{owned.id}/k8s/v1/apps/{ready.id}/appBackups",
        "application/astra-appBackup",
    ):
        assert part in text
    assert '"name"' not in text


def test_the_banner_without_an_account_says_what_to_do(options: Options) -> None:
    text = banner(options, Access(None, None, None))
    assert "python -m astra seed demo" in text
    assert "as you changed it" in text
    assert "curl" not in text
