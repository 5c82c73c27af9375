"""The webhook of an account is set, looked at and let go of, and goes with the account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.advancing import advance
from astra.engine.ending import Rows, hold_account
from astra.engine.registry import registration
from astra.engine.worker import Worker
from astra.webhooks.models import Delivery, Webhook
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import BACKUP, Api
from tests.control import Control
from tests.scenarios import seeded
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import Receiver
from tests.wire import whole

pytestmark = pytest.mark.django_db

Listen = Callable[[Receiver], None]


def path(account: Account) -> str:
    return f"accounts/{account.id}/webhook"


def put(account: Account, **body: Any) -> Any:
    return Control().put(path(account), body)


def test_a_secret_is_made_and_shown_once(api: Api) -> None:
    set_to = put(api.account, url="https://ci.example.com/astra").json()
    assert set_to == {
        "url": "https://ci.example.com/astra",
        "secret": Webhook.objects.get().secret,
        "waiting": 0,
        "dropped": 0,
    }
    assert len(set_to["secret"]) >= 43
    shown = Control().get(path(api.account)).json()
    assert shown == {name: value for name, value in set_to.items() if name != "secret"}
    again = put(api.account, url="https://other.example.com/", secret=SECRET).json()
    assert (again["url"], again["secret"]) == ("https://other.example.com/", SECRET)
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "problem", "member"),
    [
        ({}, 8, "url"),
        ({"url": "ftp://ci.example.com"}, 8, "url"),
        ({"url": "https://ci example.com"}, 8, "url"),
        ({"url": "https://"}, 8, "url"),
        ({"url": "https:///path"}, 9, "url"),
        ({"url": "https://ci.example.com:0/"}, 9, "url"),
        ({"url": "https://ci.example.com:99999/"}, 9, "url"),
        ({"url": "https://[::1/"}, 9, "url"),
        ({"url": "https://user:word@ci.example.com/"}, 9, "url"),
        ({"url": "https://ci.example.com/#part"}, 9, "url"),
        ({"url": "https://ci.example.com/", "secret": "short"}, 8, "secret"),
        ({"url": "https://ci.example.com/", "secret": "with a space in it"}, 8, "secret"),
        ({"url": "https://ci.example.com/", "events": []}, 8, "events"),
    ],
)
def test_what_is_no_webhook_is_refused(
    api: Api, body: dict[str, Any], problem: int, member: str
) -> None:
    answer = put(api.account, **body)
    assert answer.status_code == 400
    document = answer.json()
    assert document["type"].endswith(f"/{problem}")
    assert [field["name"] for field in document["invalidFields"]] == [member]
    assert not Webhook.objects.exists()


def test_without_one_there_is_none_to_look_at_or_to_let_go_of(api: Api) -> None:
    assert Control().get(path(api.account)).status_code == 404
    assert Control().delete(path(api.account)).status_code == 404


def wait_to_be_told(api: Api, app: App) -> None:
    put(api.account, url="https://ci.example.com/")
    api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP)
    account = Account.objects.get(id=api.account.id)
    advance(account_id=account.id, at=account.now() + timedelta(hours=1))
    assert Delivery.objects.count() == 2


def test_letting_go_of_it_lets_go_of_what_waits(api: Api, app: App, bucket: Bucket) -> None:
    wait_to_be_told(api, app)
    assert Control().delete(path(api.account)).status_code == 204
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_it_goes_with_the_account(api: Api, app: App, bucket: Bucket) -> None:
    wait_to_be_told(api, app)
    assert Control().delete(f"accounts/{api.account.id}").status_code == 204
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_reset_removes_it_with_what_waits() -> None:
    made = Control().post("accounts").json()
    account = Account.objects.get(id=made["id"])
    put(account, url="https://ci.example.com/")
    world_of = {"account": account, "kind": "appSnap", "resource_id": world.some_id()}
    Delivery.objects.create(
        **world_of, sequence=1, from_state="running", state="completed", at=account.now()
    )
    assert Control().post(f"accounts/{account.id}/reset").status_code == 200
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_checkpoint_neither_saves_nor_restores_it_and_tells_nothing(
    api: Api, app: App, bucket: Bucket
) -> None:
    checkpoints = f"accounts/{api.account.id}/checkpoints"
    api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP)
    assert Control().post(checkpoints, {"name": "before"}).status_code == 201
    wait_to_be_told_of = Delivery.objects.count()
    put(api.account, url="https://ci.example.com/", secret=SECRET)
    assert Control().post(f"{checkpoints}/before/restore").status_code == 200
    assert Webhook.objects.get().url == "https://ci.example.com/"
    assert Delivery.objects.count() == wait_to_be_told_of == 0
    exported = whole(Control().get(f"{checkpoints}/before")).content.decode()
    assert str(api.account.id) in exported
    assert SECRET not in exported
    # What ends anew is told anew.
    account = Account.objects.get(id=api.account.id)
    advance(account_id=account.id, at=account.now() + timedelta(hours=1))
    assert sorted(Delivery.objects.values_list("kind", flat=True)) == ["appBackup", "appSnap"]


def test_seeding_tells_nothing() -> None:
    seeded.load("demo")
    for account in Account.objects.all():
        put(account, url="https://ci.example.com/")
    seeded.load("demo")
    assert not Delivery.objects.exists()


def test_what_somebody_ends_by_hand_is_told(api: Api, app: App, bucket: Bucket) -> None:
    put(api.account, url="https://ci.example.com/")
    api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP)
    backup = AppBackup.objects.get()
    now = hold_account(api.account.id)
    rows = Rows(registration("appBackup"), api.account.id, [backup.id], now)
    rows.end_now(outcome="failed", reason="Disk full.")
    told = Delivery.objects.get()
    assert (told.kind, told.state, told.reason) == ("appBackup", "failed", "Disk full.")
    # A second end is none.
    rows.end_now(outcome="removed", reason="")
    assert Delivery.objects.count() == 1


def test_the_worker_tells(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen
) -> None:
    wait_to_be_told(api, app)
    listen(receiver)
    worker = Worker(lambda seconds: False)
    worker.trim()
    for _ in range(2):
        receiver.arrived.get(timeout=100)
    while Delivery.objects.exists():
        worker.trim()
    assert sorted(event for event, _ in receiver.events) == [
        "backup.completed",
        "snapshot.completed",
    ]
