"""What protects an app, as a person makes, changes, copies and removes it."""

from pathlib import Path

import pytest

from tests.client.actoolkit import Client
from tests.client.commands import CLIENT, types
from tests.client.conftest import Estate

pytestmark = CLIENT
DAILY = ["--granularity", "daily", "--hour", "3", "--minute", "15"]


@pytest.fixture
def app(estate: Estate) -> str:
    return str(estate.named("k8s/v2/apps", "wiki")["id"])


@types("create protection", "update protection", "copy protections", "destroy protection")
def test_a_protection_is_made_changed_copied_and_destroyed(client: Client, estate: Estate) -> None:
    # The client copies no rule of a schedule, such as that of a replication has.
    app = str(estate.named("k8s/v2/apps", "build-server")["id"])
    keep = ["-b", "3", "-s", "4"]
    made = client.succeeds("-o", "json", "create", "protection", app, *DAILY, *keep)
    path = f"k8s/v1/apps/{app}/schedules"
    (schedule,) = (each for each in estate.items(path) if each.get("hour") == "3")
    assert schedule["id"] in made.out
    assert (schedule["backupRetention"], schedule["snapshotRetention"]) == ("3", "4")
    client.succeeds("update", "protection", schedule["id"], "-b", "5", "--hour", "4")
    changed = estate.read(f"{path}/{schedule['id']}")
    assert (changed["backupRetention"], changed["hour"]) == ("5", "4")
    other = estate.named("k8s/v2/apps", "orders-db")["id"]
    before = estate.items(f"k8s/v1/apps/{other}/schedules")
    client.succeeds("copy", "protections", app, other)
    after = estate.items(f"k8s/v1/apps/{other}/schedules")
    assert len(after) == len(before) + len(estate.items(path))
    said = client.succeeds("destroy", "protection", app, schedule["id"]).out
    assert f"Protection policy {schedule['id']} destroyed" in said
    assert schedule["id"] not in {each["id"] for each in estate.items(path)}
    assert "invalid choice" in client.fails("destroy", "protection", app, schedule["id"])


def test_a_protection_that_is_there_already_is_refused(client: Client, app: str) -> None:
    keep = ["-b", "3", "-s", "4"]
    client.succeeds("create", "protection", app, *DAILY, *keep)
    said = client.fails("create", "protection", app, *DAILY, *keep)
    assert "createProtectionpolicy() failed" in said


@types("destroy backup", "destroy snapshot")
@pytest.mark.parametrize(("word", "what"), [("backup", "appBackups"), ("snapshot", "appSnaps")])
def test_a_backup_and_a_snapshot_are_destroyed(
    client: Client, estate: Estate, app: str, word: str, what: str
) -> None:
    path = f"k8s/v1/apps/{app}/{what}"
    one = next(each for each in estate.items(path) if each["state"] == "completed")
    said = client.succeeds("destroy", word, app, one["id"]).out
    assert f"{word.capitalize()} {one['id']} destroyed" in said
    assert one["id"] not in {each["id"] for each in estate.items(path)}
    assert "invalid choice" in client.fails("destroy", word, app, one["id"])


@types("create script", "update script", "destroy script")
@types("create hook", "copy hooks", "destroy hook")
def test_a_script_becomes_a_hook_is_copied_and_destroyed(
    client: Client, estate: Estate, app: str, tmp_path: Path
) -> None:
    file = tmp_path / "quiesce.sh"
    file.write_text("#!/bin/sh\necho quiet\n")
    client.succeeds("create", "script", "quiesce", str(file), "-d", "Be quiet")
    script = estate.named("core/v1/hookSources", "quiesce")
    assert "createScript() failed" in client.fails("create", "script", "quiesce", str(file))
    file.write_text("#!/bin/sh\necho very quiet\n")
    client.succeeds("update", "script", script["id"], str(file))
    changed = estate.named("core/v1/hookSources", "quiesce")
    assert changed["sourceMD5Checksum"] != script["sourceMD5Checksum"]
    shown = client.succeeds("list", "scripts", "-f", "quiesce", "--getScriptSource").out
    assert "echo very quiet" in shown

    hook = ["create", "hook", app, "before", script["id"], "-o", "pre-backup"]
    client.succeeds(*hook, "-i", "nginx.*", "-a", "fast")
    path = f"k8s/v1/apps/{app}/executionHooks"
    made = estate.named(path, "before")
    assert (made["action"], made["stage"]) == ("backup", "pre")
    assert made["arguments"] == ["fast"]
    assert "createHook() failed" in client.fails(*hook)
    assert "Failed destroying script" in client.fails("destroy", "script", script["id"])
    said = client.succeeds("destroy", "hook", app, made["id"]).out
    assert f"Hook {made['id']} destroyed" in said
    assert made["id"] not in {each["id"] for each in estate.items(path)}
    said = client.succeeds("destroy", "script", script["id"]).out
    assert f"Script {script['id']} destroyed" in said
