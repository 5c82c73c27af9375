"""Ends are told: signed, at least once, in order per resource, and nobody waits for a receiver.

Source: `docs/webhooks.md`.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from astra.accounts.models import Account
from astra.api.metrics import WEBHOOKS_DROPPED, WEBHOOKS_FAILED, WEBHOOKS_TAKEN
from astra.engine.advancing import advance
from astra.engine.models import Transition
from astra.webhooks import delivering
from astra.webhooks.delivering import Deliverer, queues_trim
from astra.webhooks.models import Delivery, Webhook
from backups.models import App, Bucket
from tests import world
from tests.conftest import BACKUP, Api
from tests.control import Control
from tests.mirrors.replicating import Replication
from tests.server.service import ROOT
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db

Listen = Callable[[Receiver], None]
Tell = Callable[[], int]


def post_backup(api: Api, app: App, **members: Any) -> Any:
    answer = api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP | members)
    assert answer.status_code == 201, answer.content
    return answer.json()


def pass_an_hour(api: Api) -> None:
    account = Account.objects.get(id=api.account.id)
    advance(account_id=account.id, at=account.now() + timedelta(hours=1))


def webhook(api: Api) -> Any:
    return Control().get(f"accounts/{api.account.id}/webhook").json()


def test_the_end_of_a_backup_and_of_its_snapshot_is_told(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    backup = post_backup(api, app)
    assert (tell(), receiver.got) == (0, [])
    pass_an_hour(api)
    assert tell() == 0
    snapshot, completed = sorted(receiver.got, key=lambda got: got.document["event"], reverse=True)
    assert snapshot.document["event"] == "snapshot.completed"
    [step] = Transition.objects.filter(resource_id=backup["id"], to_state="completed")
    assert completed.document == {
        "id": completed.headers["x-astra-delivery"],
        "event": "backup.completed",
        "accountID": str(api.account.id),
        "kind": "appBackup",
        "resourceID": backup["id"],
        "state": "completed",
        "previousState": "running",
        "at": step.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    assert (completed.method, completed.target) == ("POST", "/ends?of=tests")
    assert completed.headers["content-type"] == "application/json"
    assert not Delivery.objects.exists()


def test_a_call_is_signed_with_the_secret_over_timestamp_and_body(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    post_backup(api, app)
    pass_an_hour(api)
    tell()
    got = receiver.got[0]
    timestamp = got.headers["x-astra-timestamp"]
    assert abs(int(timestamp) - time.time()) < 600
    signed = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + got.body, hashlib.sha256)
    assert got.headers["x-astra-signature"] == f"sha256={signed.hexdigest()}"


def test_a_receiver_that_fails_twice_is_called_a_third_time(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    api.post(
        f"k8s/v1/apps/{app.id}/appSnaps", {"type": "application/astra-appSnap", "version": "1.1"}
    )
    pass_an_hour(api)
    receiver.statuses = [500, 302]
    receiver.headers = {"Location": "/elsewhere"}
    taken, failed = WEBHOOKS_TAKEN._value.get(), WEBHOOKS_FAILED._value.get()
    tell()
    assert webhook(api)["lastError"] == "answered 500"
    tell()
    assert webhook(api)["lastError"] == "answered 302"
    assert webhook(api)["waiting"] == 1
    tell()
    assert [got.target for got in receiver.got] == ["/ends?of=tests"] * 3
    assert len({got.body for got in receiver.got}) == 1
    assert (webhook(api)["waiting"], webhook(api)["dropped"]) == (0, 0)
    assert tell() == 0
    assert len(receiver.got) == 3
    assert WEBHOOKS_TAKEN._value.get() - taken == 1
    assert WEBHOOKS_FAILED._value.get() - failed == 2


def test_the_pause_grows_up_to_a_bound(
    api: Api,
    app: App,
    receiver: Receiver,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivering, "MOST_ATTEMPTS", 99)
    pauses = []
    for attempts in (1, 2, 3, 9, 10, 98):
        of, at = world.some_id(), api.account.now()
        what = ("appSnap", of, "running", "completed", "", at)
        claimed = delivering._Claimed(1, of, *what, attempts, receiver.url, SECRET, "running")
        pauses.append(claimed.pause_seconds)
    assert pauses == [1, 2, 4, 256, 300, 300]


def test_what_fails_for_ever_is_given_up_and_counted(
    api: Api,
    app: App,
    bucket: Bucket,
    receiver: Receiver,
    listen: Listen,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivering, "MOST_ATTEMPTS", 3)
    before = WEBHOOKS_DROPPED._value.get()
    listen(receiver)
    api.post(
        f"k8s/v1/apps/{app.id}/appSnaps", {"type": "application/astra-appSnap", "version": "1.1"}
    )
    pass_an_hour(api)
    receiver.statuses = [503] * 9
    assert [tell() for _ in range(4)] == [0, 0, 1, 0]
    assert webhook(api) == {
        "url": f"{receiver.url}/ends?of=tests",
        "waiting": 0,
        "dropped": 1,
        "lastError": "answered 503",
    }
    assert WEBHOOKS_DROPPED._value.get() == before + 1


def test_ends_of_one_resource_are_told_in_order(
    api: Api, app: App, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    snapshot = world.make_snapshot(app)
    for sequence, state in enumerate(("completed", "failed", "removed")):
        world.make_delivery(api.account, resource_id=snapshot.id, sequence=sequence, state=state)
    receiver.statuses = [500]
    for _ in range(4):
        tell()
    told = [event for event, _ in receiver.events]
    assert told == [
        "snapshot.completed",
        *(f"snapshot.{s}" for s in ("completed", "failed", "removed")),
    ]


def test_a_restore_and_a_clone_are_told_and_the_definition_of_an_app_is_not(
    api: Api, bucket: Bucket, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    body = {"type": "application/astra-app", "version": "2.2"}
    cluster = world.make_cluster(api.account)
    world.make_namespace(cluster, name="mine")
    defined = api.post(
        "k8s/v2/apps",
        body
        | {"name": "mine", "clusterID": str(cluster.id)}
        | {"namespaceScopedResources": [{"namespace": "mine"}]},
    ).json()
    pass_an_hour(api)
    backup = world.make_backup(App.objects.get(id=defined["id"]), bucket)
    path = f"k8s/v2/apps/{defined['id']}"
    asked = api.put(path, body | {"backupID": str(backup.id)}, ForceUpdate="true")
    assert asked.status_code == 204
    pass_an_hour(api)
    clone = api.post("k8s/v2/apps", body | {"name": "copy", "sourceAppID": defined["id"]}).json()
    pass_an_hour(api)
    for _ in range(3):
        tell()
    assert sorted(receiver.events) == [
        ("clone.ready", clone["id"]),
        ("restore.ready", defined["id"]),
    ]
    assert not Delivery.objects.exists()


def test_a_mirror_is_told_and_the_app_that_stands_by_is_not(
    api: Api, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    listen(receiver)
    east = world.make_cluster(api.account, name="east")
    source = world.make_app(
        api.account,
        cluster=east,
        namespaces=["shop"],
        namespace_scoped_resources=[{"namespace": "shop"}],
    )
    replication = Replication(api, source, world.make_cluster(api.account, name="west"))
    replication.establish()
    replication.fail_over()
    for _ in range(2):
        tell()
    mirror = replication.id
    told = [event for event in receiver.events if not event[0].startswith("snapshot.")]
    assert told == [("mirror.established", mirror), ("mirror.failedOver", mirror)]


def test_what_is_lost_after_its_end_does_not_end_again(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen
) -> None:
    listen(receiver)
    backup = world.make_backup(app, bucket, state="completed")
    Control().post(f"accounts/{api.account.id}/clock/advance", {"by": "PT1H"})
    assert not Delivery.objects.filter(resource_id=backup.id).exists()


def test_a_receiver_that_does_not_answer_stops_nobody_else(
    api: Api,
    app: App,
    receiver: Receiver,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def waits_for(account: Any, url: str, count: int) -> None:
        Webhook.objects.update_or_create(account=account, defaults={"url": url, "secret": SECRET})
        for _ in range(count):
            world.make_delivery(account)

    with receiving() as silent:
        silent.silent = True
        waits_for(api.account, silent.url, 40)
        waits_for(world.make_account(), receiver.url, 3)
        deliverer = Deliverer()
        deliverer.deliver()
        for _ in range(2):
            receiver.arrived.get(timeout=100)
        # Two calls of the silent one are under way, and no more of it are begun.
        for _ in range(2):
            silent.arrived.get(timeout=100)
        while len(receiver.got) < 3:
            deliverer.deliver()
        assert len(silent.got) == delivering.MOST_CALLS_OF_ACCOUNT
        # Beyond the time that a call may take, it is given up.
        monkeypatch.setattr(delivering, "monotonic_seconds", lambda: time.monotonic() + 1000)
        deliverer.deliver()
        deliverer.finish(timeout_seconds=100)
    assert Webhook.objects.get(account=api.account).last_error == "no answer in time"
    assert Delivery.objects.filter(account=api.account).count() == 40


def test_the_queue_is_bounded_and_what_goes_is_counted(
    api: Api, receiver: Receiver, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MOST_WAITING", 5)
    listen(receiver)
    ends = [
        world.make_delivery(account)
        # The other account has let go of its webhook.
        for account in (*[api.account] * 8, world.make_account())
    ]
    assert queues_trim() == 3
    kept = list(Delivery.objects.order_by("id").values_list("id", flat=True))
    assert kept == [each.id for each in ends[3:8]]
    assert webhook(api)["dropped"] == 3
    assert queues_trim() == 0


def test_settling_asks_nothing_more_for_it(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen
) -> None:
    counts = []
    for listens in (False, True):
        if listens:
            listen(receiver)
        post_backup(api, app)
        with CaptureQueriesContext(connection) as queries:
            pass_an_hour(api)
        counts.append(len(queries))
        assert Delivery.objects.count() == (2 if listens else 0)
    assert counts[0] == counts[1]


def test_the_form_of_a_document_is_that_of_the_page(
    api: Api, app: App, bucket: Bucket, receiver: Receiver, listen: Listen, tell: Tell
) -> None:
    page = (ROOT / "docs/webhooks.md").read_text()
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    listen(receiver)
    post_backup(api, app)
    pass_an_hour(api)
    tell()
    told = next(got for got in receiver.got if got.document["event"] == shown["event"])
    assert list(shown) == list(told.document)
