"""The management commands `account` and `checkpoint`."""

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.models import Account
from backups.models import App
from tests.conftest import Api
from tests.isolation.test_accounts import state

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[Any]:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_an_account_is_made_listed_reset_and_deleted() -> None:
    (made,) = run("account", "new", "--name", "mine", "--clock", "manual", "--ttl", "10m")
    account = Account.objects.get(id=made["id"])
    assert (account.name, account.clock_rate) == ("mine", 0)
    assert account.expires_at is not None
    api = Api(account, made["token"])
    before = state(account)
    assert api.create_backup(App.objects.earliest("name")).status_code == 201
    (listed,) = run("account", "list")
    assert listed["id"] == made["id"]
    run("account", "reset", made["id"])
    assert state(account) == before
    assert run("account", "delete", made["id"]) == []
    assert not Account.objects.exists()


def test_a_checkpoint_is_saved_restored_and_goes_through_a_file(tmp_path: Path) -> None:
    (made,) = run("account", "new", "--seed", "5")
    account, file = Account.objects.get(id=made["id"]), tmp_path / "a.json"
    before = state(account)
    (saved,) = run("checkpoint", "save", made["id"], "a")
    assert saved["name"] == "a"
    run("checkpoint", "export", made["id"], "a", str(file))
    App.objects.filter(account=account).update(name="renamed")
    run("checkpoint", "restore", made["id"], "a")
    assert state(account) == before
    run("account", "delete", made["id"])
    run("checkpoint", "import", made["id"], "b", str(file))
    assert state(account) == before
    assert [item["name"] for item in run("checkpoint", "list", made["id"])] == ["b"]
    run("checkpoint", "delete", made["id"], "b")
    assert run("checkpoint", "list", made["id"]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("account", "new", "nowhere"),
        ("account", "new", "--now", "2026-01-05T12:00:00Z"),
        ("account", "new", "--clock", "manual", "--now", "then"),
        ("account", "reset", str(uuid.UUID(int=1))),
        ("account", "delete", str(uuid.UUID(int=1))),
        ("checkpoint", "save", str(uuid.UUID(int=1)), "a"),
        ("checkpoint", "restore", str(uuid.UUID(int=1)), "a"),
        ("checkpoint", "import", str(uuid.UUID(int=1)), "a", "/nowhere/a.json"),
    ],
)
def test_what_goes_wrong_is_said(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
