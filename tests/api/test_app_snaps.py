"""appSnaps: what every resource promises, and what a snapshot says."""

from typing import Any

import pytest

from astra.accounts.models import Described
from backups import kinds
from backups.lifecycle import APP
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, number
from tests.contract import BelowApp, Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused

METADATA = {
    "labels": [{"name": "team", "value": "a"}],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
}


class TestAppSnaps(Lists, Retrieves, Creates, Deletes, BelowApp):
    kind = kinds.APP_SNAP
    path = "k8s/v1/apps/{app_id}/appSnaps"
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "name",
            "bucketID",
            "scheduleID",
            "state",
            "stateUnready",
            "hookState",
            "hookStateDetails",
            "metadata",
        }
    )

    valid = {
        "nothing but type and version": {},
        "the oldest version": {"version": "1.0"},
        "a name": {"name": "a" * 63},
        "labels": {"metadata": METADATA},
    }
    invalid = {
        "a name that is no label": Refused({"name": "No"}, 8, ["name"]),
        "a backup's type": Refused({"type": "application/astra-appBackup"}, 8, ["type"]),
        "no version and a schedule": Refused(
            {"version": ABSENT, "scheduleID": METADATA["createdBy"]}, 8, ["version", "scheduleID"]
        ),
        "labels alone": Refused(
            {"metadata": {"labels": []}},
            8,
            [
                "metadata.creationTimestamp",
                "metadata.modificationTimestamp",
                "metadata.createdBy",
            ],
        ),
        "an unknown bucket": Refused({"bucketID": METADATA["createdBy"]}, 108, ["bucketID"]),
        "a label of the service": Refused(
            {
                "metadata": METADATA
                | {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}
            },
            10,
            ["metadata.labels[0].name"],
        ),
    }

    def make(self, **values: Any) -> Described:
        return world.make_snapshot(self.app, **values)

    def body(self) -> dict[str, Any]:
        return {"type": "application/astra-appSnap", "version": "1.3"}


def test_a_snapshot_says_what_is_stored_of_it(api: Api, app: App, bucket: Bucket) -> None:
    schedule = world.some_id()
    details = [{"type": "t", "title": "Hook failed", "detail": "It exited with 1."}]
    snapshot = world.make_snapshot(
        app,
        name="nightly-1",
        bucket=bucket,
        schedule_id=schedule,
        hook_state="failed",
        hook_state_details=details,
    )
    document = api.read(f"k8s/v1/apps/{app.id}/appSnaps/{snapshot.id}")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-appSnap",
        "version": "1.3",
        "id": str(snapshot.id),
        "name": "nightly-1",
        "bucketID": str(bucket.id),
        "scheduleID": str(schedule),
        "state": "completed",
        "stateUnready": [],
        "hookState": "failed",
        "hookStateDetails": details,
    }


@pytest.mark.parametrize("state", ["pending", "discovering", "running"])
def test_an_unfinished_snapshot_has_no_hook_state(api: Api, app: App, state: str) -> None:
    snapshot = world.make_snapshot(app, state=state, hook_state=None)
    document = api.read(f"k8s/v1/apps/{app.id}/appSnaps/{snapshot.id}")
    assert document["state"] == state
    assert not document.keys() & {"hookState", "hookStateDetails", "bucketID", "scheduleID"}


def test_snapshots_of_an_unmanaged_app_are_not_found(api: Api, app: App) -> None:
    snapshot = world.make_snapshot(app)
    App.objects.filter(id=app.id).update(deleted_at=world.START)
    assert number(api.get(f"k8s/v1/apps/{app.id}/appSnaps")) == 2
    assert number(api.get(f"k8s/v1/apps/{app.id}/appSnaps/{snapshot.id}")) == 2


@pytest.mark.parametrize("state", APP.states)
def test_an_app_that_was_just_defined_takes_snapshots(api: Api, app: App, state: str) -> None:
    App.objects.filter(id=app.id).update(state=state)
    body = {"type": "application/astra-appSnap", "version": "1.1"}
    response = api.post(f"k8s/v1/apps/{app.id}/appSnaps", body)
    if state in ("pending", "discovering", "ready"):
        assert response.status_code == 201
    else:
        assert number(response) == 112
