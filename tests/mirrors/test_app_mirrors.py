"""appMirrors: the contract at both paths, what is refused, and what each state allows."""

from typing import Any

import pytest

from astra.accounts.models import Described
from backups.models import App
from clusters.models import Cluster
from mirrors import kinds
from mirrors.models import AppMirror
from mirrors.resources.app_mirrors import APP_MIRROR
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import BelowApp, Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces
from tests.mirrors.replicating import Replication

OTHER = "0afbe357-a717-4c7a-8b3d-d0368959c8de"
BAD = {
    "another state": Refused({"stateDesired": "gone"}, 8, ["stateDesired"]),
    "an unknown member": Refused({"nosuch": 1}, 8, ["nosuch"]),
    "a class without a name": Refused(
        {"storageClasses": [{"storageClassName": ""}]}, 8, ["storageClasses[0].storageClassName"]
    ),
}


class Mirrors(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = kinds.APP_MIRROR
    members = APP_MIRROR.members.shape.members()
    replace_shows = True
    invalid = BAD | {
        "no source": Refused({"sourceAppID": ABSENT}, 8, ["sourceAppID"]),
        "no destination": Refused({"destinationClusterID": ABSENT}, 8, ["destinationClusterID"]),
        "no wish": Refused({"stateDesired": ABSENT}, 8, ["stateDesired"]),
        "a wish that a new one has not": Refused({"stateDesired": "deleted"}, 9, ["stateDesired"]),
        "an unknown cluster": Refused(
            {"destinationClusterID": OTHER}, 106, ["destinationClusterID"]
        ),
        "namespaces of one end": Refused(
            {"namespaceMapping": [{"clusterID": OTHER, "namespaces": ["x"]}]},
            9,
            ["namespaceMapping"],
        ),
    }
    replacements = {
        "nothing": {},
        "what it is": {"stateDesired": "established"},
        "labels": {"metadata": {"labels": [{"name": "team", "value": "a"}]}},
    }
    unacceptable = BAD | {
        "another source": Refused({"sourceAppID": OTHER}, 10, ["sourceAppID"]),
        "another state": Refused({"state": "failedOver"}, 10, ["state"]),
    }

    @pytest.fixture(autouse=True)
    def _clusters(self, app: App, east: Cluster, west: Cluster) -> None:
        self.west = west
        app.cluster = east
        app.save(update_fields=["cluster"])

    def make(self, **values: Any) -> Described:
        cluster = self.west if self.account == self.west.account else None
        cluster = cluster or world.make_cluster(self.account)
        return world.make_mirror(self.app, cluster, **values)

    def body(self) -> dict[str, Any]:
        return {
            "type": "application/astra-appMirror",
            "version": "1.1",
            "sourceAppID": str(self.app.id),
            "destinationClusterID": str(self.west.id),
            "stateDesired": "established",
        }

    def let_go(self) -> None:
        world.advance(self.account, 60)


class TestMirrorsOfAccount(Mirrors):
    path = "k8s/v1/appMirrors"
    invalid = Mirrors.invalid | {
        "an unknown source": Refused({"sourceAppID": OTHER}, 117, ["sourceAppID"])
    }


class TestMirrorsOfApp(Mirrors, BelowApp):
    path = "k8s/v1/apps/{app_id}/appMirrors"
    invalid = Mirrors.invalid | {
        "the source of another path": Refused({"sourceAppID": OTHER}, 9, ["sourceAppID"])
    }


def test_a_new_mirror_is_establishing(replication: Replication, east: Cluster) -> None:
    made = replication.create().json()
    made.pop("metadata")
    identifiers = {"id", "destinationAppID"}
    assert {name: value for name, value in made.items() if name not in identifiers} == {
        "type": "application/astra-appMirror",
        "version": "1.0",
        "sourceAppID": str(replication.app.id),
        "sourceClusterID": str(east.id),
        "destinationClusterID": str(replication.to.id),
        "state": "establishing",
        "stateTransitions": [
            {"from": "establishing", "to": ["established", "deleting"]},
            {"from": "established", "to": ["failingOver", "deleting"]},
            {"from": "failingOver", "to": ["failedOver", "deleting"]},
            {"from": "failedOver", "to": ["establishing", "deleting"]},
            {"from": "deleting", "to": ["deleted"]},
        ],
        "stateDesired": "established",
        "stateAllowed": ["established", "deleted"],
        "stateDetails": [],
        "transferState": "idle",
        "transferStateTransitions": [
            {"from": "transferring", "to": ["idle"]},
            {"from": "idle", "to": ["transferring"]},
        ],
        "healthState": "normal",
        "healthStateTransitions": [
            {"from": "indeterminate", "to": ["normal", "warning", "critical"]},
            {"from": "normal", "to": ["indeterminate", "warning", "critical"]},
            {"from": "warning", "to": ["indeterminate", "normal", "critical"]},
            {"from": "critical", "to": ["indeterminate", "normal", "warning"]},
        ],
        "healthStateDetails": [],
    }


def test_an_app_has_the_mirrors_from_it_and_to_it(api: Api, replication: Replication) -> None:
    mirror = replication.establish()
    for end in ("sourceAppID", "destinationAppID"):
        below = f"k8s/v1/apps/{mirror[end]}/appMirrors"
        assert api.read(below)["items"] == [mirror]
        assert api.read(f"{below}/{replication.id}") == mirror
    elsewhere = world.make_app(api.account)
    assert api.read(f"k8s/v1/apps/{elsewhere.id}/appMirrors")["items"] == []


@pytest.mark.parametrize("state", ["pending", "restoring", "provisioning", "failed"])
def test_an_app_that_is_not_ready_is_not_replicated(replication: Replication, state: str) -> None:
    App.objects.filter(id=replication.app.id).update(state=state)
    assert number(replication.create()) == 150


def test_an_app_is_at_the_end_of_one_mirror(
    api: Api, replication: Replication, east: Cluster
) -> None:
    mirror = replication.establish()
    assert number(replication.create()) == 150
    back = replication.body(
        sourceAppID=mirror["destinationAppID"], destinationClusterID=str(east.id)
    )
    assert number(api.post("k8s/v1/appMirrors", back)) == 150


def test_an_app_on_no_cluster_is_no_source(api: Api, replication: Replication) -> None:
    App.objects.filter(id=replication.app.id).update(cluster=None)
    response = replication.create()
    assert (number(response), invalid(response)) == (117, ["sourceAppID"])


def test_a_storage_class_is_one_of_the_destination(replication: Replication) -> None:
    wanted = [{"clusterID": str(replication.to.id), "storageClassName": "gold"}]
    assert number(replication.create(storageClasses=wanted)) == 118
    world.make_storage_class(replication.to, name="gold")
    assert replication.create(storageClasses=wanted).json()["storageClasses"] == wanted


def test_a_namespace_that_is_taken_is_not_available(
    api: Api, replication: Replication, west: Cluster
) -> None:
    world.make_app(api.account, cluster=west, namespaces=["shop"])
    assert number(replication.create()) == 123


@pytest.mark.parametrize(
    ("source", "destination", "is_taken"),
    [
        (["shop"], ["there"], True),
        (["shop"], ["there", "elsewhere"], False),
        (["till"], ["there"], False),
    ],
)
def test_namespaces_are_mapped_by_their_order(
    replication: Replication,
    east: Cluster,
    source: list[str],
    destination: list[str],
    is_taken: bool,
) -> None:
    mapped = [
        {"clusterID": str(east.id), "namespaces": source},
        {"clusterID": str(replication.to.id), "namespaces": destination},
    ]
    response = replication.create(namespaceMapping=mapped)
    if not is_taken:
        assert (number(response), invalid(response)) == (9, ["namespaceMapping"])
        return
    assert response.json()["namespaceMapping"] == mapped
    replication.wait()
    assert replication.other()["namespaces"] == destination


def test_on_one_cluster_the_ends_are_told_by_their_roles(
    replication: Replication, east: Cluster
) -> None:
    mapped = [
        {"clusterID": str(east.id), "namespaces": ["there"], "role": "destination"},
        {"clusterID": str(east.id), "namespaces": ["shop"], "role": "source"},
    ]
    to = str(east.id)
    untold = [{name: item[name] for name in ("clusterID", "namespaces")} for item in mapped]
    assert number(replication.create(destinationClusterID=to)) == 123
    assert number(replication.create(destinationClusterID=to, namespaceMapping=untold)) == 9
    response = replication.create(destinationClusterID=to, namespaceMapping=mapped)
    assert response.status_code == 201
    replication.wait()
    assert replication.other()["namespaces"] == ["there"]


ALLOWED = {
    "establishing": {"established", "deleted"},
    "established": {"established", "failedOver", "deleted"},
    "failingOver": {"failedOver", "deleted"},
    "failedOver": {"established", "failedOver", "deleted"},
    "deleting": {"deleted"},
}


@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("desired", ["established", "failedOver", "deleted"])
def test_what_may_be_desired_depends_on_the_state(
    replication: Replication, state: str, desired: str
) -> None:
    replication.establish()
    if state == "failedOver":
        replication.fail_over()
    else:
        AppMirror.objects.filter(id=replication.id).update(state=state)
    response = replication.put(stateDesired=desired)
    if desired in ALLOWED[state]:
        assert response.json()["stateDesired"] in (desired, "established")
    else:
        assert (number(response), invalid(response)) == (10, ["stateDesired"])


@pytest.mark.parametrize("state", ["establishing", "failingOver", "deleting"])
def test_the_ends_are_swapped_only_where_it_is_at_rest(
    replication: Replication, state: str
) -> None:
    replication.establish()
    AppMirror.objects.filter(id=replication.id).update(state=state)
    swapped = replication.ends(swapped=True)
    response = replication.put(stateDesired="established", **swapped)
    assert (number(response), invalid(response)) == (10, ["stateDesired"])


def test_ends_that_are_not_its_own_are_refused(replication: Replication) -> None:
    replication.establish()
    mixed = replication.ends() | {"sourceAppID": replication.ends(swapped=True)["sourceAppID"]}
    assert number(replication.put(stateDesired="established", **mixed)) == 10
    kept = replication.put(stateDesired="established", **replication.ends())
    assert (kept.status_code, kept.json()["state"]) == (200, "established")
