"""What a replication goes through, and what it does to the apps at its ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from astra.engine.models import Transition
from backups.models import App, Bucket, Snapshot
from tests import world
from tests.conftest import Api, number
from tests.mirrors.replicating import EVERY_TEN_MINUTES, Replication
from tests.ruling import Faults

DETAIL = {"type": "https://example.com/x", "title": "No route", "detail": "The peer is gone."}


def states(identifier: object) -> list[str]:
    steps = Transition.objects.filter(resource_id=str(identifier)).order_by("sequence")
    return [step.to_state for step in steps]


def schedule(api: Api, app_id: object) -> Any:
    response = api.post(f"k8s/v1/apps/{app_id}/schedules", EVERY_TEN_MINUTES)
    assert response.status_code == 201, response.content
    return response.json()


def test_the_first_transfer_takes_as_long_as_the_data_take(replication: Replication) -> None:
    replication.create()
    replication.wait(3)
    assert replication.show()["transferState"] == "transferring"
    replication.wait(60)
    mirror = replication.show()
    assert (mirror["state"], mirror["transferState"]) == ("established", "idle")
    (detail,) = mirror["stateDetails"]
    assert detail["type"] == "https://astra.netapp.io/stateDetails/24"
    told = detail["additionalDetails"]
    took = datetime.fromisoformat(told["completionTime"]) - datetime.fromisoformat(
        told["startTime"]
    )
    # 10 kB at 1 kB a second, up to a tenth more or less.
    assert timedelta(seconds=9) <= took <= timedelta(seconds=11)
    snapshot = Snapshot.objects.get(id=told["snapshotID"])
    assert (snapshot.app_id, snapshot.state) == (replication.app.id, "completed")


def test_the_destination_app_appears_and_stands_by(
    api: Api, replication: Replication, bucket: Bucket
) -> None:
    identifier = replication.create().json()["destinationAppID"]
    assert number(api.get(f"k8s/v2/apps/{identifier}")) == 2
    replication.wait()
    app = replication.other()
    assert (app["id"], app["name"], app["state"]) == (identifier, "shop", "provisioning")
    assert app["replicationSourceAppID"] == str(replication.app.id)
    assert (app["clusterID"], app["clusterName"]) == (str(replication.to.id), "west")
    assert (app["clusterType"], app["namespaces"]) == ("openshift", ["shop"])
    standing = App.objects.get(id=identifier)
    assert number(api.create_backup(standing)) == 112
    snap = {"type": "application/astra-appSnap", "version": "1.3"}
    assert number(api.post(f"k8s/v1/apps/{identifier}/appSnaps", snap)) == 112
    replicating = api.post(f"k8s/v1/apps/{identifier}/schedules", EVERY_TEN_MINUTES)
    assert number(replicating) == 153


def test_a_schedule_that_replicates_drives_transfers(api: Api, replication: Replication) -> None:
    schedule(api, replication.app.id)
    replication.establish()
    first = replication.show()["stateDetails"]
    replication.wait(10 * 60)
    second = replication.show()["stateDetails"]
    assert second[0]["type"] == first[0]["type"]
    taken = {detail[0]["additionalDetails"]["snapshotID"] for detail in (first, second)}
    assert len(taken) == 2
    # What is transferred stays, though the schedule keeps none; what is older goes.
    replication.wait(60 * 60)
    snapshots = Snapshot.objects.filter(schedule_id__isnull=False).order_by("created_at")
    assert len(snapshots) == 2
    last = replication.show()["stateDetails"][0]["additionalDetails"]
    assert last["snapshotID"] == str(snapshots[1].id)
    # A tenth of what the first one took.
    took = datetime.fromisoformat(last["completionTime"]) - datetime.fromisoformat(
        last["startTime"]
    )
    assert took == timedelta(seconds=1)


def test_a_transfer_shows_while_it_is_under_way(api: Api, replication: Replication) -> None:
    App.objects.filter(id=replication.app.id).update(size_bytes=10_000_000)
    schedule(api, replication.app.id)
    replication.create()
    replication.wait(4 * 60 * 60)
    mirror = replication.show()
    assert (mirror["state"], mirror["transferState"]) == ("established", "transferring")
    listed = api.read("k8s/v1/appMirrors?filter=transferState eq 'transferring'")["items"]
    assert listed == [mirror]
    assert not api.read("k8s/v1/appMirrors?filter=transferState eq 'idle'")["items"]


def test_failing_over_makes_the_destination_an_app_of_its_own(
    api: Api, replication: Replication, bucket: Bucket
) -> None:
    replication.establish()
    asked = replication.put(stateDesired="failedOver").json()
    assert (asked["state"], asked["stateDesired"]) == ("failingOver", "failedOver")
    assert replication.other()["state"] == "provisioning"
    replication.wait()
    assert replication.show()["state"] == "failedOver"
    app, own = replication.other(), replication.own()
    assert (app["state"], own["state"]) == ("ready", "ready")
    assert "replicationSourceAppID" not in app
    assert api.create_backup(App.objects.get(id=app["id"])).status_code == 201
    assert states(replication.id) == ["establishing", "established", "failingOver", "failedOver"]
    assert states(app["id"]) == ["provisioning", "ready"]


def test_resynchronizing_lets_the_destination_stand_by_again(replication: Replication) -> None:
    replication.establish()
    replication.fail_over()
    asked = replication.put(stateDesired="established", **replication.ends()).json()
    assert asked["state"] == "establishing"
    assert replication.other()["state"] == "provisioning"
    replication.wait()
    assert replication.show()["state"] == "established"
    assert replication.other()["replicationSourceAppID"] == str(replication.app.id)
    assert replication.own()["state"] == "ready"


@pytest.mark.parametrize("failed_over", [False, True])
def test_reversing_swaps_the_ends_at_once(replication: Replication, failed_over: bool) -> None:
    before = replication.establish()
    if failed_over:
        replication.fail_over()
    swapped = replication.ends(swapped=True)
    asked = replication.put(stateDesired="established", **swapped).json()
    assert asked["state"] == "establishing"
    assert swapped.items() <= asked.items()
    assert replication.own()["state"] == "provisioning"
    assert replication.own()["replicationSourceAppID"] == before["destinationAppID"]
    assert "replicationSourceAppID" not in replication.api.read(
        f"k8s/v2/apps/{before['destinationAppID']}"
    )
    replication.wait()
    after = replication.show()
    assert after["state"] == "established"
    told = after["stateDetails"][0]["additionalDetails"]["snapshotID"]
    assert str(Snapshot.objects.get(id=told).app_id) == before["destinationAppID"]
    # And back.
    assert (
        replication.put(stateDesired="established", **replication.ends(swapped=True)).status_code
        == 200
    )
    replication.wait()
    assert replication.own()["state"] == "ready"
    assert replication.show()["sourceAppID"] == str(replication.app.id)


def test_a_mirror_that_goes_takes_along_what_still_stands_by(
    api: Api, replication: Replication
) -> None:
    identifier = replication.establish()["destinationAppID"]
    assert replication.delete().status_code == 204
    going = replication.show()
    assert (going["state"], going["stateDesired"]) == ("deleting", "deleted")
    assert going["stateAllowed"] == ["deleted"]
    assert replication.delete().status_code == 204
    replication.wait()
    assert number(api.get(replication.path)) == 2
    assert number(api.get(f"k8s/v2/apps/{identifier}")) == 2
    assert states(identifier) == ["provisioning", "deleted"]
    assert states(replication.id)[-2:] == ["deleting", "deleted"]
    assert replication.create().status_code == 201


def test_a_mirror_that_has_failed_over_leaves_both_apps(api: Api, replication: Replication) -> None:
    identifier = replication.establish()["destinationAppID"]
    replication.fail_over()
    assert replication.put(stateDesired="deleted").json()["state"] == "deleting"
    replication.wait()
    assert number(api.get(replication.path)) == 2
    assert {app["id"] for app in api.read("k8s/v2/apps")["items"]} == {
        identifier,
        str(replication.app.id),
    }


def test_what_a_mirror_needs_is_not_deleted(api: Api, replication: Replication) -> None:
    mirror = replication.establish()
    for end in ("sourceAppID", "destinationAppID"):
        assert number(api.delete(f"k8s/v2/apps/{mirror[end]}")) == 119
    snapshot = mirror["stateDetails"][0]["additionalDetails"]["snapshotID"]
    url = f"k8s/v1/apps/{replication.app.id}/appSnaps/{snapshot}"
    assert number(api.delete(url)) == 120
    replication.delete()
    replication.wait()
    assert api.delete(url).status_code == 204
    assert api.delete(f"k8s/v2/apps/{replication.app.id}").status_code == 204


def test_a_rule_lets_a_mirror_hang(replication: Replication, faults: Faults) -> None:
    faults.add("mirror-hangs", match={"app": str(replication.app.id)}, details=[DETAIL])
    replication.create()
    replication.wait(24 * 60 * 60)
    mirror = replication.show()
    assert (mirror["state"], mirror["healthState"]) == ("establishing", "critical")
    assert mirror["healthStateDetails"] == [DETAIL]
    assert replication.delete().status_code == 204


def test_a_mirror_whose_snapshot_fails_is_not_established(
    replication: Replication, faults: Faults
) -> None:
    faults.add("snapshot-fail", reasons=["Quiesce."], match={"next": 1})
    replication.create()
    replication.wait(24 * 60 * 60)
    mirror = replication.show()
    assert (mirror["state"], mirror["healthState"]) == ("establishing", "warning")
    assert [each["detail"] for each in mirror["healthStateDetails"]] == ["Quiesce."]


def test_a_transfer_that_fails_shows_until_one_succeeds(
    api: Api, replication: Replication, faults: Faults
) -> None:
    schedule(api, replication.app.id)
    first = replication.establish()["stateDetails"]
    faults.add("transfer-fail", details=[DETAIL], match={"next": 1})
    replication.wait(10 * 60)
    mirror = replication.show()
    assert (mirror["healthState"], mirror["healthStateDetails"]) == ("warning", [DETAIL])
    assert mirror["stateDetails"] == first
    assert len(api.read("k8s/v1/appMirrors?filter=healthState eq 'warning'")["items"]) == 1
    replication.wait(10 * 60)
    mirror = replication.show()
    assert (mirror["healthState"], mirror["healthStateDetails"]) == ("normal", [])
    assert mirror["stateDetails"] != first


def test_what_is_desired_of_an_app_that_is_busy_is_refused(replication: Replication) -> None:
    replication.establish()
    replication.fail_over()
    App.objects.filter(id=replication.app.id).update(state="restoring")
    assert number(replication.put(stateDesired="established")) == 150


def test_the_stages_have_paces_of_their_own(replication: Replication) -> None:
    delays = {"app-mirror-establish": 100, "app-mirror-fail-over": 200, "app-mirror-delete": 300}
    App.objects.filter(id=replication.app.id).update(stage_delays=delays)
    replication.create()
    replication.wait(90)
    assert replication.show()["state"] == "establishing"
    replication.wait(20)
    replication.put(stateDesired="failedOver")
    replication.wait(199)
    assert replication.show()["state"] == "failingOver"
    replication.wait(1)
    replication.delete()
    replication.wait(299)
    assert replication.show()["state"] == "deleting"
    replication.wait(1)
    assert number(replication.api.get(replication.path)) == 2
    assert world.START + timedelta(seconds=610) == replication.api.account.now()
