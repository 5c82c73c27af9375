"""What is immediate, under a clock that stands still: only the 201 sees it begin.

Source: `docs/architecture.md`, 'Stages' and 'The unit of work'.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from astra.accounts.models import Account
from astra.api import ports
from astra.engine.advancing import advance
from astra.engine.models import Transition
from astra.faults.actions import fault_rule_create
from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import BACKUP, Api

KINDS = ["appBackup", "appSnap"]
STAGES = [
    *("app-snap-discover", "app-snap-run", "app-snap-complete"),
    *("app-backup-discover", "app-backup-run", "app-backup-complete"),
]
ENDED = ["pending", "discovering", "running", "completed"]


def immediate(row: Account | App, *kinds: str) -> None:
    type(row).objects.filter(pk=row.pk).update(immediate_kinds=list(kinds))


def collection(app: App) -> str:
    return f"k8s/v1/apps/{app.id}/appBackups"


def created(api: Api, app: App, **members: Any) -> Any:
    response = api.create_backup(app, **members)
    assert response.status_code == 201
    return json.loads(response.content)


def states_of(identifier: Any) -> list[str]:
    steps = Transition.objects.filter(resource_id=identifier).order_by("sequence")
    return list(steps.values_list("to_state", flat=True))


def of_account(api: Api, app: App) -> None:
    immediate(api.account, *KINDS)


def of_app(api: Api, app: App) -> None:
    immediate(app, *KINDS)


def without_delays(api: Api, app: App) -> None:
    Account.objects.update(stage_delays=dict.fromkeys(STAGES, 0))


@pytest.mark.parametrize("arrange", [of_account, of_app, without_delays])
def test_the_first_get_sees_what_it_ended_as(
    api: Api, app: App, bucket: Bucket, arrange: Callable[[Api, App], None]
) -> None:
    arrange(api, app)
    document = created(api, app)
    assert (document["state"], "snapshotID" in document) == ("pending", False)
    path = f"{collection(app)}/{document['id']}"
    first, second = api.get(path), api.get(path)
    found = json.loads(first.content)
    assert (found["state"], found["percentDone"]) == ("completed", 100)
    assert first["ETag"] == second["ETag"]
    snapshot = api.read(f"k8s/v1/apps/{app.id}/appSnaps/{found['snapshotID']}")
    assert snapshot["state"] == "completed"
    assert states_of(found["id"]) == states_of(found["snapshotID"]) == ENDED
    assert set(Transition.objects.values_list("at", flat=True)) == {world.START}


def test_the_first_delete_deletes_it(api: Api, app: App, bucket: Bucket) -> None:
    immediate(api.account, *KINDS)
    document = created(api, app)
    assert api.delete(f"{collection(app)}/{document['id']}").status_code == 204
    assert states_of(document["id"])[-2:] == ["completed", "deleted"]


def test_what_is_not_immediate_stays_on_its_way(api: Api, app: App, bucket: Bucket) -> None:
    immediate(api.account, "appSnap")
    path = f"{collection(app)}/{created(api, app)['id']}"
    assert api.read(path)["state"] == "pending"
    assert Snapshot.objects.get().state == "completed"


def test_fault_rules_have_their_say(api: Api, app: App, bucket: Bucket) -> None:
    immediate(api.account, *KINDS)
    parameters = {"at": 0.4, "reasons": ["Disk full."]}
    effect = {"type": "backup-fail", "parameters": parameters}
    fault_rule_create(account_id=api.account.pk, body={"match": {}, "effect": effect})
    found = api.read(f"{collection(app)}/{created(api, app)['id']}")
    assert (found["state"], found["stateUnready"]) == ("failed", ["Disk full."])


def test_whatever_else_is_created_ends_too(api: Api) -> None:
    immediate(api.account, "bucket")
    credential = world.make_credential(api.account)
    sent = {
        "type": "application/astra-bucket",
        "version": "1.2",
        "credentialID": str(credential.id),
        "provider": "generic-s3",
        "bucketParameters": {"s3": {"serverURL": "s3.example.com", "bucketName": "b"}},
    }
    document = json.loads(api.post("topology/v1/buckets", sent).content)
    path = f"topology/v1/buckets/{document['id']}"
    assert (document["state"], api.read(path)["state"]) == ("pending", "available")


def test_the_worker_does_what_a_crash_has_left(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    immediate(api.account, *KINDS)
    monkeypatch.setattr(ports, "settlers", [])
    path = f"{collection(app)}/{created(api, app)['id']}"
    assert api.read(path)["state"] == "pending"
    advance()
    assert api.read(path)["state"] == "completed"


def test_a_settling_that_fails_undoes_nothing(
    api: Api, app: App, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no patience left")

    immediate(api.account, *KINDS)
    monkeypatch.setattr("astra.engine.advancing.advance_to", fail)
    created(api, app)
    assert AppBackup.objects.get().state == "pending"


def test_a_running_clock_is_left_to_the_worker(bucket: Bucket) -> None:
    account = world.make_account(mode="scaled", immediate_kinds=KINDS)
    world.make_bucket(account)
    app = world.make_app(account)
    api = Api(account, world.make_token(world.make_user(account)))
    assert api.read(f"{collection(app)}/{created(api, app)['id']}")["state"] == "pending"


def _played() -> list[bytes]:
    """Return the bodies of a backup that is created, read and listed, in a world that goes again."""
    some = [uuid.UUID(int=0x4000_8000_0000_0000_0000 + number) for number in range(4)]
    with transaction.atomic():
        account = world.make_account(id=some[0], name="replay", immediate_kinds=KINDS)
        world.make_bucket(account, id=some[1], name="store")
        app = world.make_app(account, id=some[2], name="shop")
        user = world.make_user(account, id=some[3], email="replay@example.com")
        api = Api(account, world.make_token(user))
        answer = api.post(collection(app), BACKUP)
        path = f"{collection(app)}/{json.loads(answer.content)['id']}"
        answers = [answer, api.get(path), api.get(collection(app)), api.delete(path)]
        transaction.set_rollback(True)
    return [each.content + each.get("ETag", "").encode() for each in answers]


@pytest.mark.django_db
def test_a_replay_is_equal_byte_for_byte() -> None:
    first = _played()
    assert b'"state":"completed"' in first[1]
    assert first == _played()
