"""The hooks that run once an app is restored or cloned, and what it shows of them."""

from typing import Any

import pytest

from astra.accounts.models import Account
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api
from tests.hooks.on import make_hook, turn
from tests.ruling import Faults

DETAIL = {"type": "about:blank", "title": "Exit code 1", "detail": "Greet failed."}


@pytest.fixture(autouse=True)
def _on(account: Account) -> None:
    turn(account, "true")


def said(app: Any) -> list[str]:
    return [each["detail"] for each in app["stateDetails"]]


def restored(api: Api, bucket: Bucket, app: App) -> Any:
    """The app, restored in place."""
    backup = world.make_backup(app, bucket, state="completed")
    body = {"type": "application/astra-app", "version": "2.2", "backupID": str(backup.id)}
    response = api.put(f"k8s/v2/apps/{app.id}", body, ForceUpdate="true")
    assert response.status_code == 204, response.content
    assert api.read(f"k8s/v2/apps/{app.id}")["stateDetails"] == []
    world.advance(api.account, 60)
    return api.read(f"k8s/v2/apps/{app.id}")


def test_hooks_run_on_a_restore_in_place(
    api: Api, account: Account, app: App, bucket: Bucket
) -> None:
    make_hook(account, app, name="Greet", action="restore", stage="post")
    make_hook(account, app, name="Freeze")
    assert said(restored(api, bucket, app)) == ["Greet (post-restore) ran in 1 container."]


def test_hooks_of_its_source_run_on_a_clone(api: Api, account: Account, app: App) -> None:
    make_hook(account, app, name="Greet", action="restore", stage="post")
    body = {
        "type": "application/astra-app",
        "version": "2.2",
        "name": "copy",
        "sourceAppID": str(app.id),
    }
    made = api.post("k8s/v2/apps", body).json()
    assert made["stateDetails"] == []
    world.advance(account, 60)
    clone = api.read(f"k8s/v2/apps/{made['id']}")
    assert clone["state"] == "ready"
    assert said(clone) == ["Greet (post-restore) ran in 1 container."]


def test_a_fault_rule_decides_what_hooks_of_a_restore_said(
    api: Api, account: Account, app: App, bucket: Bucket, faults: Faults
) -> None:
    make_hook(account, app, name="Greet", action="restore", stage="post")
    faults.add("hooks-fail", details=[DETAIL], match={"operation": "app.replace"})
    app = App.objects.get(id=app.id)
    document = restored(api, bucket, app)
    assert (document["state"], document["stateDetails"]) == ("ready", [DETAIL])
