"""Clones and restores to a new app: where they go."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.advancing import advance
from astra.engine.models import Transition
from backups.lifecycle import APP
from backups.models import App, Bucket
from clusters.models import Cluster
from tests import world
from tests.conftest import Api, invalid, number
from tests.ruling import Faults

CLONE = {"name": "astra.netapp.io/labels/read-only/appType", "value": "clone"}
MINE = {"name": "team", "value": "a"}


def scopes(*names: str) -> list[dict[str, Any]]:
    return [{"namespace": name, "labelSelectors": [f"app={name}"]} for name in names]


def make_source(api: Api, *names: str) -> App:
    return world.make_app(
        api.account, namespaces=list(names), namespace_scoped_resources=scopes(*names)
    )


def clone(api: Api, source: App, **members: Any) -> Any:
    body = {"type": "application/astra-app", "version": "2.2", "name": "copy"}
    return api.post("k8s/v2/apps", body | {"sourceAppID": str(source.id)} | members)


def mapping(**destinations: str) -> list[dict[str, str]]:
    return [{"source": name, "destination": to} for name, to in destinations.items()]


@pytest.mark.parametrize(
    ("members", "goes_to"),
    [
        ({}, "copy"),
        ({"namespaceMapping": mapping(shop="there")}, "there"),
        ({"version": "2.0", "namespace": "there"}, "there"),
    ],
)
def test_a_single_namespace_is_mapped_or_gets_the_name_of_the_new_app(
    api: Api, members: Any, goes_to: str
) -> None:
    made = clone(api, make_source(api, "shop"), **members).json()
    assert made["namespaces"] == [goes_to]
    assert made["namespaceScopedResources"] == [
        {"namespace": goes_to, "labelSelectors": ["app=shop"]}
    ]


def test_several_namespaces_are_mapped_each(api: Api) -> None:
    source = make_source(api, "shop", "till")
    made = clone(api, source, namespaceMapping=mapping(till="t2", shop="s2")).json()
    assert made["namespaces"] == ["s2", "t2"]


@pytest.mark.parametrize(
    ("members", "problem", "name"),
    [
        ({}, 9, "namespaceMapping"),
        ({"namespaceMapping": mapping(shop="s2")}, 9, "namespaceMapping"),
        ({"namespaceMapping": mapping(shop="s2", till="t2", x="y")}, 9, "namespaceMapping"),
        (
            {"namespaceMapping": mapping(shop="s2", till="t2") + mapping(till="t3")},
            9,
            "namespaceMapping",
        ),
        ({"version": "2.0", "namespace": "there"}, 9, "namespace"),
        ({"version": "2.1", "namespace": "there"}, 8, "namespace"),
        (
            {
                "version": "2.0",
                "namespace": "there",
                "namespaceMapping": mapping(shop="s2", till="t2"),
            },
            9,
            "namespace",
        ),
    ],
)
def test_another_mapping_is_refused(api: Api, members: Any, problem: int, name: str) -> None:
    response = clone(api, make_source(api, "shop", "till"), **members)
    assert (number(response), invalid(response)) == (problem, [name])


def test_an_app_that_comes_from_nothing_has_no_namespace_to_go_to(api: Api) -> None:
    body = {"type": "application/astra-app", "version": "2.0", "name": "new", "namespace": "x"}
    response = api.post("k8s/v2/apps", body)
    assert (number(response), invalid(response)) == (8, ["namespace"])


def test_a_namespace_that_another_app_of_the_cluster_has_is_not_available(api: Api) -> None:
    source = make_source(api, "shop")
    assert clone(api, source).status_code == 201
    assert number(clone(api, source, name="other", namespaceMapping=mapping(shop="copy"))) == 123
    assert number(clone(api, source, name="other", namespaceMapping=mapping(shop="shop"))) == 123


def test_two_namespaces_do_not_go_to_one(api: Api) -> None:
    response = clone(
        api, make_source(api, "a", "b"), namespaceMapping=mapping(a="there", b="there")
    )
    assert (number(response), invalid(response)) == (9, ["namespaceMapping"])


def test_a_clone_says_where_it_comes_from(api: Api) -> None:
    east = world.make_cluster(api.account, name="east").id
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(cluster_id=east, cluster_name="east")
    made = clone(api, source, clusterID=str(east), sourceClusterID=str(east)).json()
    assert made["state"] == "provisioning"
    assert made["sourceAppID"] == str(source.id)
    assert (made["clusterID"], made["clusterName"]) == (str(east), "east")
    assert made["sourceClusterID"] == str(east)
    assert "sourceClusterName" not in made
    assert made["metadata"]["labels"] == [CLONE]
    assert api.read(f"k8s/v2/apps/{made['id']}") == made


@pytest.mark.parametrize("what", ["backupID", "snapshotID"])
def test_a_restore_to_a_new_app_says_what_of(api: Api, bucket: Bucket, what: str) -> None:
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(deleted_at=world.START)
    made: Any = world.make_snapshot(source)
    if what == "backupID":
        made = world.make_backup(source, bucket)
    body = {"type": "application/astra-app", "version": "2.2", "name": "copy", what: str(made.id)}
    answer = api.post("k8s/v2/apps", body | {"metadata": {"labels": [MINE]}}).json()
    assert (answer[what], answer["sourceAppID"]) == (str(made.id), str(source.id))
    assert answer["metadata"]["labels"] == [CLONE, MINE]


def states(api: Api, identifier: str) -> list[tuple[str, timedelta]]:
    steps = Transition.objects.filter(resource_id=identifier).order_by("sequence")
    return [(step.to_state, step.at - world.START) for step in steps]


def test_a_clone_is_provisioned_as_long_as_its_data_take(api: Api) -> None:
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(stage_delays={"app-complete": 2})
    made = clone(api, source).json()["id"]
    advance(at=world.START + timedelta(minutes=1))
    # 10 kB at 1 kB a second, up to a tenth more or less.
    (provisioning, discovering, ready) = states(api, made)
    assert provisioning == ("provisioning", timedelta())
    assert discovering[0] == "discovering"
    assert timedelta(seconds=9) <= discovering[1] <= timedelta(seconds=11)
    assert ready == ("ready", discovering[1] + timedelta(seconds=2))
    assert api.read(f"k8s/v2/apps/{made}")["state"] == "ready"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"sourceAppID": str(uuid.UUID(int=0))}, 75),
        ({"sourceClusterID": "0afbe357-a717-4c7a-8b3d-d0368959c8de"}, 129),
        (
            {"restoreFilter": {"resourceSelectionCriteria": "include", "GVKN": [{"kind": "Pod"}]}},
            155,
        ),
        ({"restoreFilter": {"resourceSelectionCriteria": "include", "GVKN": [{}]}}, 147),
    ],
)
def test_a_clone_of_what_cannot_be_cloned_is_refused(api: Api, members: Any, problem: int) -> None:
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(cluster_id=world.some_id())
    assert number(clone(api, source, **members)) == problem


@pytest.mark.parametrize("state", sorted({*APP.states} - {"ready"}))
def test_only_a_ready_app_is_cloned_as_it_runs(api: Api, state: str) -> None:
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(state=state)
    assert number(clone(api, source)) == 151


def test_a_snapshot_is_not_restored_to_another_cluster(api: Api) -> None:
    source = make_source(api, "shop")
    App.objects.filter(id=source.id).update(cluster_id=world.some_id())
    body = {"type": "application/astra-app", "version": "2.2", "name": "copy"}
    body |= {"snapshotID": str(world.make_snapshot(source).id), "clusterID": str(world.some_id())}
    response = api.post("k8s/v2/apps", body)
    assert (number(response), invalid(response)) == (9, ["clusterID"])


def test_a_rule_about_the_source_lets_its_clones_fail(api: Api, faults: Faults) -> None:
    source, other = make_source(api, "shop"), make_source(api, "till")
    detail = {"type": "https://example.com/x", "title": "No space", "detail": "The pool is full."}
    faults.add("app-fail", match={"app": str(source.id)}, details=[detail])
    failing = clone(api, source).json()["id"]
    going_well = clone(api, other, name="other").json()["id"]
    advance(at=world.START + timedelta(minutes=1))
    failed = api.read(f"k8s/v2/apps/{failing}")
    assert (failed["state"], failed["stateDetails"]) == ("failed", [detail])
    assert api.read(f"k8s/v2/apps/{going_well}")["state"] == "ready"
    assert Transition.objects.filter(resource_id=failing).latest("sequence").reason == "No space"


@pytest.fixture
def cluster(account: Account) -> Cluster:
    return world.make_cluster(account, name="east")


@pytest.fixture
def shop(account: Account, cluster: Cluster) -> App:
    world.make_namespace(cluster, name="shop")
    return world.make_app(
        account, cluster=cluster, namespaces=["shop"], namespace_scoped_resources=scopes("shop")
    )


def names_in(api: Api, cluster: Cluster) -> set[str]:
    path = f"topology/v1/clusters/{cluster.id}/namespaces?include=name"
    return {name for (name,) in api.read(path)["items"]}


def test_a_clone_on_another_cluster_has_its_name_and_type(api: Api, shop: App) -> None:
    west = world.make_cluster(api.account, name="west", cluster_type="openshift")
    made = clone(api, shop, clusterID=str(west.id)).json()
    assert (made["clusterName"], made["clusterType"]) == ("west", "openshift")
    assert made["sourceClusterID"] == str(shop.cluster_id)
    assert number(clone(api, shop, clusterID=str(world.some_id()))) == 106


def test_the_namespace_of_a_clone_is_there_once_it_is_provisioned(
    api: Api, shop: App, cluster: Cluster
) -> None:
    made = clone(api, shop).json()
    assert "lastResourceCollectionTimestamp" not in made
    advance(at=world.START + timedelta(seconds=5))
    assert "copy" not in names_in(api, cluster)
    advance(at=world.START + timedelta(minutes=1))
    assert "copy" in names_in(api, cluster)
    assert "lastResourceCollectionTimestamp" in api.read(f"k8s/v2/apps/{made['id']}")


def test_a_clone_goes_to_a_namespace_that_is_not_there(
    api: Api, shop: App, cluster: Cluster
) -> None:
    world.make_namespace(cluster, name="there")
    world.make_namespace(cluster, name="gone", namespace_state="removed")
    assert number(clone(api, shop, namespaceMapping=mapping(shop="there"))) == 123
    assert clone(api, shop, namespaceMapping=mapping(shop="gone")).status_code == 201


def test_a_clone_maps_to_storage_classes_of_its_cluster(
    api: Api, shop: App, cluster: Cluster
) -> None:
    gold = {"storageClassMapping": [{"source": "*", "destination": "gold"}]}
    assert number(clone(api, shop, **gold)) == 156
    world.make_storage_class(cluster, name="gold")
    assert clone(api, shop, **gold).json()["storageClassMapping"] == gold["storageClassMapping"]


@pytest.mark.parametrize(
    ("flag", "live", "restored"),
    [("snapshot_supported", 161, 201), ("restore_target_supported", 151, 151)],
)
def test_a_cluster_that_cannot_is_refused(
    api: Api, shop: App, cluster: Cluster, bucket: Bucket, flag: str, live: int, restored: int
) -> None:
    Cluster.objects.filter(id=cluster.id).update(**{flag: False})
    assert number(clone(api, shop)) == live
    backup = world.make_backup(shop, bucket)
    body = {"type": "application/astra-app", "version": "2.2", "name": "copy"}
    response = api.post("k8s/v2/apps", body | {"backupID": str(backup.id)})
    assert response.status_code == 201 if restored == 201 else number(response) == restored


@pytest.mark.parametrize(("name", "problem"), [("shop", None), ("nosuch", 122), ("gone", 124)])
def test_an_app_is_defined_on_namespaces_that_are_there(
    api: Api, shop: App, cluster: Cluster, name: str, problem: int | None
) -> None:
    world.make_namespace(cluster, name="gone", namespace_state="removed")
    body = {"type": "application/astra-app", "version": "2.2", "name": "new"}
    response = api.post("k8s/v2/apps", body | {"namespaceScopedResources": [{"namespace": name}]})
    assert response.status_code == 201 if problem is None else number(response) == problem
