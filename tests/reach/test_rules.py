"""What constraints reach, how roles add up, and what a constrained role may write.

Source: section 9 of `families.md`; `docs/architecture.md`, 'Roles'.
"""

import json
from typing import Any

import pytest

from astra.accounts.models import Role, RoleBinding, User
from backups.models import App
from backups.problems import BACKUP_NOT_FOUND
from clusters.models import Namespace
from tests import world
from tests.conftest import BACKUP, Api, number
from tests.mirrors.replicating import BODY as MIRROR
from tests.reach.estate import Estate, Side, make_app

APP = {"type": "application/astra-app", "version": "2.2"}
HOOK = {
    "type": "application/astra-executionHook",
    "version": "1.3",
    "name": "freeze",
    "hookType": "custom",
    "action": "snapshot",
    "stage": "pre",
}
APPS, NAMESPACES = "k8s/v2/apps", "topology/v1/namespaces"


def ids(caller: Api, path: str) -> set[str]:
    return {item["id"] for item in caller.read(path)["items"]}


def names(caller: Api, path: str) -> set[str]:
    return {item["name"] for item in caller.read(path)["items"]}


def backups_of(side: Side) -> str:
    return f"k8s/v1/apps/{side.app.id}/appBackups"


@pytest.mark.parametrize(
    ("constraint", "namespaces", "apps"),
    [
        ("namespaces:id='{id}'.*", {"ours"}, {"ours"}),
        ("namespaces:id='{id}'", {"ours"}, set()),
        ("namespaces:kubernetesLabels='team=ours'.*", {"ours"}, {"ours"}),
        ("namespaces:kubernetesLabels='team=ours'", {"ours"}, set()),
        ("namespaces:kubernetesLabels='team=nobody'.*", set(), set()),
        ("namespaces:kubernetesLabels='team'.*", set(), set()),
        ("namespaces:*", {"ours", "theirs"}, set()),
        ("namespaces:*.*", {"ours", "theirs"}, {"ours", "theirs"}),
        ("namespaces:id='ours'.*", set(), set()),
        ("namespaces:name='ours'.*", set(), set()),
        ("clusters:*.*", set(), set()),
        ("", set(), set()),
    ],
)
def test_a_constraint_reaches_namespaces_alone_or_with_what_is_in_them(
    estate: Estate, constraint: str, namespaces: set[str], apps: set[str]
) -> None:
    caller = estate.caller(constraint.format(id=estate.ours.namespace.id), role="viewer")
    assert names(caller, NAMESPACES) == namespaces
    shown = [item["namespaces"] for item in caller.read(APPS)["items"]]
    assert {name for each in shown for name in each} == apps


def test_a_role_without_scope_reaches_nothing(estate: Estate) -> None:
    caller = estate.caller()
    assert (ids(caller, NAMESPACES), ids(caller, APPS)) == (set(), set())


def test_an_app_is_seen_if_all_its_namespaces_are(estate: Estate) -> None:
    ours, theirs = estate.ours, estate.theirs
    make_app(estate.account, estate.cluster, "ours", "theirs")
    assert ids(estate.caller(ours.constraint), APPS) == {str(ours.app.id)}
    both = estate.caller(ours.constraint, theirs.constraint)
    assert ids(both, APPS) == ids(estate.owner, APPS)


def test_an_app_on_another_cluster_has_other_namespaces(estate: Estate) -> None:
    other = world.make_cluster(estate.account)
    make_app(estate.account, other, "ours")
    assert ids(estate.caller(estate.ours.constraint), APPS) == {str(estate.ours.app.id)}


def test_an_app_without_a_namespace_is_seen_by_nobody_who_is_constrained(estate: Estate) -> None:
    world.make_app(estate.account, cluster=estate.cluster)
    caller = estate.caller("namespaces:*.*")
    assert ids(caller, APPS) == {str(estate.ours.app.id), str(estate.theirs.app.id)}


def test_several_bindings_add_up_those_of_groups_too(estate: Estate) -> None:
    make_app(estate.account, estate.cluster, "ours", "theirs")
    caller = estate.caller(estate.ours.constraint, role="viewer")
    RoleBinding.objects.create(
        account=estate.account,
        group=estate.group,
        role="viewer",
        constraints=[estate.theirs.constraint],
        version="1.1",
        **world.AWAKE,
    )
    assert ids(caller, APPS) == ids(estate.owner, APPS)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_admins_and_owners_are_not_constrained(estate: Estate, role: Role) -> None:
    caller = estate.caller(estate.ours.constraint, role=role)
    assert ids(caller, APPS) == ids(estate.owner, APPS)
    assert caller.post(backups_of(estate.theirs), BACKUP).status_code == 201


def test_a_stronger_role_writes_where_it_reaches_and_a_weaker_one_reads_elsewhere(
    estate: Estate,
) -> None:
    caller = estate.caller(estate.ours.constraint)
    world.bind(User.objects.get(id=caller.user_id), "viewer")
    assert ids(caller, APPS) == ids(estate.owner, APPS)
    assert caller.post(backups_of(estate.ours), BACKUP).status_code == 201
    assert number(caller.post(backups_of(estate.theirs), BACKUP)) == 11
    assert number(caller.post(f"k8s/v1/apps/{world.some_id()}/appBackups", BACKUP)) == 2


def test_another_binding_counts_from_the_next_call_on(estate: Estate) -> None:
    caller = estate.caller(estate.ours.constraint)
    caller.read(APPS)
    RoleBinding.objects.filter(user_id=caller.user_id).update(constraints=["*"])
    assert ids(caller, APPS) == ids(estate.owner, APPS)
    assert caller.post(backups_of(estate.theirs), BACKUP).status_code == 201


def test_filters_orders_counts_and_pages_are_of_what_is_seen(estate: Estate) -> None:
    caller = estate.caller(estate.ours.constraint, role="viewer")
    theirs = estate.theirs.app
    assert ids(caller, f"{APPS}?filter=name%20eq%20'{theirs.name}'") == set()
    assert ids(caller, f"{APPS}?orderBy=name%20desc") == {str(estate.ours.app.id)}
    page = caller.read(f"{APPS}?limit=1&count=true")
    assert page["metadata"] == {"count": 1}


def test_what_names_what_is_not_seen_is_answered_as_if_that_did_not_exist(estate: Estate) -> None:
    caller, theirs = estate.caller(estate.ours.constraint), estate.theirs
    other = world.make_cluster(estate.account)
    source = estate.owner.read("core/v1/hookSources")["items"][0]["id"]
    hook = HOOK | {"hookSourceID": source}
    mirror = {"destinationClusterID": str(other.id), "stateDesired": "established"}
    writes: list[tuple[str, dict[str, Any], str, object]] = [
        (APPS, APP | {"name": "copy"}, "sourceAppID", theirs.app.id),
        (APPS, APP | {"name": "copy"}, "backupID", theirs.backup.id),
        (APPS, APP | {"name": "copy"}, "snapshotID", theirs.snapshot.id),
        (backups_of(estate.ours), BACKUP, "snapshotID", theirs.snapshot.id),
        ("k8s/v1/appMirrors", MIRROR | mirror, "sourceAppID", theirs.app.id),
        ("core/v1/executionHooks", hook, "appID", theirs.app.id),
    ]
    for path, body, member, named in writes:
        refusals = [
            caller.post(path, body | {member: str(identifier)})
            for identifier in (named, world.some_id())
        ]
        assert [told(each) for each in refusals] == [told(refusals[1])] * 2, (path, member)
        assert refusals[0].status_code in (400, 404)


def test_an_app_is_restored_in_place_from_what_its_restorer_sees(estate: Estate) -> None:
    caller, one = estate.caller(estate.ours.constraint), f"{APPS}/{estate.ours.app.id}"
    bodies = [APP | {"backupID": str(each)} for each in (estate.theirs.backup.id, world.some_id())]
    refusals = [caller.put(one, body, forceUpdate="true") for body in bodies]
    assert number(refusals[0]) == BACKUP_NOT_FOUND.number
    assert told(refusals[0]) == told(refusals[1])


def told(response: Any) -> dict[str, Any]:
    """What a refusal says, but for its own id."""
    document: dict[str, Any] = json.loads(response.content)
    return document | {"correlationID": ""}


def test_what_is_seen_alone_can_be_read_from_but_gets_nothing_of_its_own(estate: Estate) -> None:
    caller, theirs = estate.caller(estate.ours.constraint), estate.theirs
    world.bind(User.objects.get(id=caller.user_id), "viewer")
    source = estate.owner.read("core/v1/hookSources")["items"][0]["id"]
    hook = HOOK | {"hookSourceID": source}
    assert number(caller.post("core/v1/executionHooks", hook | {"appID": str(theirs.app.id)})) == 11
    ours = hook | {"appID": str(estate.ours.app.id)}
    assert caller.post("core/v1/executionHooks", ours).status_code == 201
    clone = APP | {"name": "copy", "backupID": str(theirs.backup.id)}
    assert caller.post(APPS, clone).status_code == 201


def test_an_app_is_defined_in_namespaces_that_its_definer_reaches(estate: Estate) -> None:
    caller = estate.caller(estate.ours.constraint)

    def define(*namespaces: str) -> Any:
        scopes = [{"namespace": name} for name in namespaces]
        where = {"name": "new", "clusterID": str(estate.cluster.id)}
        return caller.post(APPS, APP | where | {"namespaceScopedResources": scopes})

    assert number(define("theirs")) == 122
    assert number(define("ours", "theirs")) == 122
    made = define("ours")
    assert made.status_code == 201
    assert number(caller.post(APPS, APP | {"name": "theirs"})) == 122

    one = f"{APPS}/{made.json()['id']}"
    body = {"namespaceScopedResources": [{"namespace": "ours"}, {"namespace": "theirs"}]}
    assert number(caller.put(one, APP | body)) == 122
    assert caller.put(one, APP | {"name": "renamed"}).status_code == 204


def test_a_clone_goes_to_a_namespace_that_is_nobody_s_yet(estate: Estate) -> None:
    caller = estate.caller(estate.ours.constraint)
    body = APP | {"name": "copy", "sourceAppID": str(estate.ours.app.id)}
    made = caller.post(APPS, body)
    assert made.status_code == 201
    assert number(caller.get(f"{APPS}/{made.json()['id']}")) == 2
    namespace = world.make_namespace(estate.cluster, name="copy")
    constraints = [estate.ours.constraint, f"namespaces:id='{namespace.id}'.*"]
    RoleBinding.objects.filter(user_id=caller.user_id).update(constraints=constraints)
    assert caller.get(f"{APPS}/{made.json()['id']}").status_code == 200


def test_a_restored_app_may_keep_what_it_names_and_its_restorer_does_not_see(
    estate: Estate,
) -> None:
    App.objects.filter(id=estate.ours.app.id).update(backup_id=estate.theirs.backup.id)
    caller = estate.caller(estate.ours.constraint)
    one = f"{APPS}/{estate.ours.app.id}"
    body = APP | {"name": "renamed", "backupID": str(estate.theirs.backup.id)}
    assert caller.put(one, body).status_code == 204


def test_a_mirror_is_seen_from_either_end(estate: Estate) -> None:
    other = world.make_cluster(estate.account)
    namespace = world.make_namespace(other, name="ours")
    standby = make_app(estate.account, other, "ours")
    mirror = world.make_mirror(
        estate.theirs.app, other, destination_app=standby, destination_id=standby.id
    )
    caller = estate.caller(f"namespaces:id='{namespace.id}'.*", role="viewer")
    assert ids(caller, "k8s/v1/appMirrors") == {str(mirror.id)}
    assert ids(caller, f"k8s/v1/apps/{standby.id}/appMirrors") == {str(mirror.id)}
    assert number(caller.get(f"k8s/v1/apps/{estate.theirs.app.id}/appMirrors")) == 2


def test_a_cluster_shows_the_namespaces_that_are_seen(estate: Estate) -> None:
    caller = estate.caller(estate.ours.constraint, role="viewer")
    for plural in ("clusters", "managedClusters"):
        one = f"topology/v1/{plural}/{estate.cluster.id}"
        assert sorted(estate.owner.read(one)["namespaces"]) == ["ours", "theirs"]
        assert caller.read(one)["namespaces"] == ["ours"]
        listed = {each["id"]: each for each in caller.read(f"topology/v1/{plural}")["items"]}
        assert listed[str(estate.cluster.id)]["namespaces"] == ["ours"]


def test_backups_of_an_unmanaged_app_are_still_those_of_its_namespaces(estate: Estate) -> None:
    App.objects.filter(account=estate.account).update(deleted_at=world.START)
    path = "topology/v1/appBackups"
    assert ids(estate.caller(estate.ours.constraint), path) == {str(estate.ours.backup.id)}


def test_what_is_told_of_the_account_s_own_is_everybody_s(estate: Estate) -> None:
    caller = estate.caller(role="viewer")
    told = {item["resourceType"] for item in caller.read("core/v1/events")["items"]}
    assert told == {"application/astra-bucket"}
    assert ids(caller, "core/v1/tasks") == set()


def test_metrics_count_what_is_seen(estate: Estate) -> None:
    def metrics(caller: Api) -> dict[str, float]:
        lines = caller.get("metrics").content.decode().splitlines()
        pairs = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {name: float(value) for name, value in pairs}

    everything, seen = metrics(estate.owner), metrics(estate.caller(estate.ours.constraint))
    for name in ('astra_apps{state="ready"}', 'astra_app_backups{state="completed"}'):
        assert (everything[name], seen[name]) == (2, 1)
    bucket = next(name for name in seen if name.startswith("astra_bucket_bytes"))
    assert seen[bucket] == estate.ours.backup.total_bytes


def test_a_label_that_comes_to_a_namespace_counts_at_once(estate: Estate) -> None:
    caller = estate.caller("namespaces:kubernetesLabels='stage=test'.*", role="viewer")
    assert ids(caller, APPS) == set()
    labels = [{"name": "stage", "value": "test"}]
    Namespace.objects.filter(id=estate.theirs.namespace.id).update(kubernetes_labels=labels)
    assert ids(caller, APPS) == {str(estate.theirs.app.id)}
