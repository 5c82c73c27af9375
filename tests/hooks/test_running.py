"""What runs around snapshots and backups, and what they show of it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.engine.clocks import clock_advance
from backups.actions.hooking import hooking
from backups.models import App, AppAsset, AppBackup, Bucket, Snapshot
from hooks.matching import containers_of
from hooks.models import ExecutionHook, ExecutionHookOverride, HookSource
from tests import world
from tests.conftest import Api, number
from tests.hooks.on import SOURCE, make_hook, make_source, turn

HOOKS, SOURCES = "core/v1/executionHooks", "core/v1/hookSources"
SNAPSHOT = {"type": "application/astra-appSnap", "version": "1.3"}
NEW_SOURCE = {
    "type": "application/astra-hookSource",
    "version": "1.0",
    "name": "script",
    "sourceType": "script",
    "source": SOURCE,
}


@pytest.fixture(autouse=True)
def _on(account: Account) -> None:
    turn(account, "true")


def said(details: Any) -> list[str]:
    return [each["detail"] for each in details]


def snapshot(api: Api, app: App) -> Any:
    """A new snapshot, complete."""
    made = api.post(f"k8s/v1/apps/{app.id}/appSnaps", SNAPSHOT).json()
    world.advance(api.account, 5)
    return api.read(f"k8s/v1/apps/{app.id}/appSnaps/{made['id']}")


def backup(api: Api, app: App, **members: Any) -> Any:
    """A new backup, complete."""
    made = api.create_backup(app, **members).json()
    world.advance(api.account, 60)
    return api.read(f"k8s/v1/apps/{app.id}/appBackups/{made['id']}")


@pytest.mark.usefixtures("bucket")
def test_without_hooks_they_are_a_success_and_say_nothing(api: Api, app: App) -> None:
    for made in (snapshot(api, app), backup(api, app)):
        assert (made["hookState"], made["hookStateDetails"]) == ("success", [])


@pytest.mark.usefixtures("bucket")
def test_each_hook_that_matches_says_so_in_the_order_of_running(
    api: Api, account: Account, app: App
) -> None:
    make_hook(account, app, name="Thaw", stage="post")
    make_hook(account, app, name="Freeze")
    make_hook(account, app, name="Note", action="backup", stage="post")
    make_hook(account, app, name="Greet", action="restore", stage="post")
    make_hook(account, app, name="Off", is_enabled=False)
    make_hook(account, world.make_app(account), name="Of another app")
    criteria = [{"type": "podName", "value": "^nosuch"}]
    make_hook(account, app, name="Elsewhere", matching_criteria=criteria)
    ran = [
        "Freeze (pre-snapshot) ran in 1 container.",
        "Thaw (post-snapshot) ran in 1 container.",
    ]
    assert said(snapshot(api, app)["hookStateDetails"]) == ran
    made = backup(api, app)
    assert made["hookState"] == "success"
    assert said(made["hookStateDetails"]) == [*ran, "Note (post-backup) ran in 1 container."]
    own = Snapshot.objects.get(id=made["snapshotID"])
    assert said(own.hook_state_details) == ran
    named = backup(api, app, snapshotID=made["snapshotID"])
    assert said(named["hookStateDetails"]) == ["Note (post-backup) ran in 1 container."]
    assert said(hooking.run(account.id, app.id, "restore")) == [
        "Greet (post-restore) ran in 1 container."
    ]


@pytest.mark.usefixtures("bucket")
def test_what_is_remembered_of_an_app_knows_of_a_new_hook(
    api: Api, account: Account, app: App
) -> None:
    assert backup(api, app)["hookStateDetails"] == []
    hook = make_hook(account, app)
    assert len(backup(api, app)["hookStateDetails"]) == 1
    assert api.delete(f"{HOOKS}/{hook.id}").status_code == 204
    assert backup(api, app)["hookStateDetails"] == []
    assert not App.objects.get(id=app.id).has_hooks


def test_while_the_feature_is_off_nothing_runs_and_nobody_writes(
    api: Api, account: Account, app: App
) -> None:
    hook = make_hook(account, app)
    turn(account, "false")
    assert snapshot(api, app)["hookStateDetails"] == []
    change = {"type": "application/astra-executionHook", "version": "1.3"}
    body = change | {
        "name": "Freeze",
        "hookType": "custom",
        "action": "snapshot",
        "stage": "pre",
        "hookSourceID": str(hook.hook_source_id),
        "appID": str(app.id),
    }
    source = f"{SOURCES}/{hook.hook_source_id}"
    refused = (
        api.post(HOOKS, body),
        api.post(f"k8s/v1/apps/{app.id}/executionHooks", body),
        api.put(f"{HOOKS}/{hook.id}", change),
        api.delete(f"{HOOKS}/{hook.id}"),
        api.post(SOURCES, NEW_SOURCE),
        api.put(source, {"type": "application/astra-hookSource", "version": "1.0"}),
        api.delete(source),
    )
    assert [number(response) for response in refused] == [168] * len(refused)
    assert [each["id"] for each in api.read(HOOKS)["items"]] == [str(hook.id)]


def test_a_hook_of_netapps_runs_in_every_app_unless_it_is_overridden(
    api: Api, account: Account, app: App
) -> None:
    hook = make_hook(account, None, name="Any")
    new = world.make_app(account, name="new", namespaces=["one", "two"])
    assert said(snapshot(api, app)["hookStateDetails"]) == [
        "Any (pre-snapshot) ran in 1 container."
    ]
    assert said(snapshot(api, new)["hookStateDetails"]) == [
        "Any (pre-snapshot) ran in 2 containers."
    ]
    body = {
        "type": "application/astra-executionHookOverride",
        "version": "1.0",
        "executionHookID": str(hook.id),
        "enabled": "false",
    }
    path = f"k8s/v1/apps/{new.id}/executionHookOverrides"
    made = api.post(path, body).json()
    assert made["appID"] == str(new.id)
    assert number(api.post(path, body)) == 10
    assert snapshot(api, new)["hookStateDetails"] == []
    assert len(snapshot(api, app)["hookStateDetails"]) == 1
    own = make_hook(account, new)
    assert number(api.post(path, body | {"executionHookID": str(own.id)})) == 9
    assert number(api.delete(f"{HOOKS}/{hook.id}")) == 73
    change = {"type": "application/astra-executionHook", "version": "1.3", "enabled": "false"}
    assert number(api.put(f"{HOOKS}/{hook.id}", change)) == 73


def test_a_source_in_use_and_one_that_is_preloaded_stay(
    api: Api, account: Account, app: App
) -> None:
    hook = make_hook(account, app)
    assert number(api.delete(f"{SOURCES}/{hook.hook_source_id}")) == 72
    preloaded = make_source(account, preloaded=True, private=True)
    assert number(api.delete(f"{SOURCES}/{preloaded.id}")) == 71
    change = {"type": "application/astra-hookSource", "version": "1.0", "description": "x"}
    assert number(api.put(f"{SOURCES}/{preloaded.id}", change)) == 71
    document = api.read(f"{SOURCES}/{preloaded.id}")
    assert "source" not in document
    assert document["sourceMD5Checksum"] == "7e2000aac2a9e20cd61464fa514bfa6f"


def test_names_are_unique_among_all_hooks_and_sources(api: Api, account: Account, app: App) -> None:
    make_source(account, name="script")
    assert number(api.post(SOURCES, NEW_SOURCE)) == 10
    hook, other = make_hook(account, app), make_hook(account, world.make_app(account))
    change = {"type": "application/astra-executionHook", "version": "1.3", "name": hook.name}
    assert number(api.put(f"{HOOKS}/{other.id}", change)) == 10


@pytest.mark.usefixtures("bucket")
def test_a_fault_rule_decides_what_hooks_said(
    api: Api, account: Account, app: App, control: Any
) -> None:
    make_hook(account, app)
    detail = {"type": "about:blank", "title": "Exit code 1", "detail": "Freeze failed."}
    rule = {
        "name": "hooks",
        "effect": {"type": "hooks-fail", "details": [detail]},
        "match": {"operation": "appBackup.create"},
    }
    response = control.post(f"accounts/{account.id}/faults", rule)
    assert response.status_code == 201, response.content
    account.refresh_from_db()
    made = backup(api, app)
    assert (made["state"], made["hookState"], made["hookStateDetails"]) == (
        "completed",
        "failed",
        [detail],
    )


def test_hooks_go_with_an_app_that_is_unmanaged(api: Api, account: Account, app: App) -> None:
    hook = make_hook(account, app)
    ExecutionHookOverride.objects.create(
        account=account,
        app=app,
        execution_hook=make_hook(account, None),
        version="1.0",
        **world.AWAKE,
    )
    assert api.delete(f"k8s/v2/apps/{app.id}").status_code == 204
    assert not ExecutionHook.objects.filter(app=app).exists()
    assert api.delete(f"{SOURCES}/{hook.hook_source_id}").status_code == 204


def test_what_can_match_are_the_pods_among_the_assets(account: Account) -> None:
    for namespaces in ([], ["shop", "shop-data"]):
        app = world.make_app(account, name="shop", namespaces=namespaces)
        pods = AppAsset.objects.filter(app=app, asset_type="Pod")
        found = {(pod.namespace, pod.asset_name, json.dumps(pod.asset_labels)) for pod in pods}
        assert found == {
            (each.namespace, each.pod, json.dumps(each.as_json()["podLabels"]))
            for each in containers_of(app.name, app.namespaces)
        }


@pytest.mark.parametrize(
    ("kind", "expression", "matches"),
    [
        ("containerImage", r"\bshop:1", True),
        ("containerImage", "^shop", False),
        ("containerName", "^shop$", True),
        ("podName", "^shop-[0-9a-f]+-", True),
        ("podLabel", "^app.kubernetes.io/name=shop$", True),
        ("namespaceName", "(?i)SHOP", True),
    ],
)
def test_an_answer_says_which_containers_match(
    api: Api, account: Account, app: App, kind: str, expression: str, matches: bool
) -> None:
    hook = make_hook(account, app, matching_criteria=[{"type": kind, "value": expression}])
    document = api.read(f"{HOOKS}/{hook.id}")
    assert bool(document["matchingContainers"]) == matches
    assert document["matchingImages"] == (["docker.io/library/shop:1.0"] if matches else [])


def test_what_a_schedule_makes_has_its_hooks_too(
    api: Api, account: Account, app: App, bucket: Bucket
) -> None:
    make_hook(account, app, name="Freeze")
    body = {
        "type": "application/astra-schedule",
        "version": "1.3",
        "name": "hourly",
        "granularity": "hourly",
        "minute": "5",
        "snapshotRetention": "1",
        "backupRetention": "1",
    }
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", body).status_code == 201
    clock_advance(account_id=account.id, by=timedelta(hours=1))
    (made,) = AppBackup.objects.filter(app=app)
    assert said(made.outcome_hook_details) == ["Freeze (pre-snapshot) ran in 1 container."]


@pytest.mark.django_db
def test_a_scenario_has_hooks_and_sources(control: Any) -> None:
    scenario = {
        "scenario": "hooked",
        "accounts": [
            {
                "name": "a",
                "users": [{"email": "a@example.com", "role": "owner"}],
                "apps": [{"name": "shop"}],
                "hookSources": [{"name": "script", "source": SOURCE}],
                "executionHooks": [
                    {
                        "name": "Freeze",
                        "app": "shop",
                        "hookSource": "script",
                        "action": "snapshot",
                        "stage": "pre",
                    },
                    {"name": "Any", "hookSource": "script", "action": "backup", "stage": "post"},
                ],
            }
        ],
    }
    response = control.post("accounts", {"scenario": scenario})
    assert response.status_code == 201, response.content
    assert App.objects.get().has_hooks
    assert {hook.name: hook.hook_type for hook in ExecutionHook.objects.all()} == {
        "Freeze": "custom",
        "Any": "netapp",
    }
    assert HookSource.objects.get().name == "script"
