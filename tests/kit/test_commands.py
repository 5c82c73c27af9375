"""`astra-simulator`, against a service that runs."""

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
import yaml
from click.testing import CliRunner, Result

from astra import __version__
from astra.kit.access import Access
from astra.kit.client import Simulator
from astra.kit.commands import journals
from astra.kit.commands.main import main
from astra.kit.serving import Address

STILL = pytest.mark.astra(clock={"mode": "manual", "now": "2026-01-05T12:00:00Z"})

Run = Callable[..., Result]


@pytest.fixture
def run(astra_service: Address, astra_account: Access) -> Run:
    """Give a command; it finds service and account in the environment."""
    environment = {
        "ASTRA_URL": astra_service.url,
        "ASTRA_CONTROL_TOKEN": astra_service.control_token,
        "ASTRA_ACCOUNT": astra_account.id,
    }

    def run(*words: str, code: int = 0, **variables: str | None) -> Result:
        result = CliRunner().invoke(main, words, env=environment | variables)
        assert result.exit_code == code, result.output
        return result

    return run


def documents(result: Result) -> Any:
    return json.loads(result.output)


@pytest.mark.server
def test_wait_ends_when_the_service_is_ready(run: Run, astra_service: Address) -> None:
    assert run("wait").output == f"Ready: {astra_service.url}\n"
    late = run("wait", "--timeout", "0", "--url", "http://127.0.0.1:1", code=1)
    assert late.output == (
        "Error: not ready after 0 s: http://127.0.0.1:1 does not answer: connection refused\n"
    )


@pytest.mark.server
def test_accounts_are_made_shown_reset_and_deleted(run: Run, astra_simulator: Simulator) -> None:
    made = documents(run("account", "new", "--ttl", "10m", "--name", "mine", "--json"))
    assert made["token"]
    shown = run("account", "show", made["id"]).output.splitlines()
    assert shown[0] == f"Account   {made['id']}  mine"
    assert shown[-1] == f"          {made['buckets'][1]['id']}  offsite-backups"
    listed = run("account", "list").output
    assert f"\n{made['id']}  mine  " in listed
    assert listed.startswith("ID ")
    assert run("account", "reset", made["id"]).output.splitlines()[0] == shown[0]
    assert run("account", "delete", made["id"]).output == f"Deleted {made['id']}.\n"
    refused = run("account", "show", made["id"], code=1)
    missing = f"Error: 404 (problem 2): No account has the id {made['id']}; there are: "
    assert refused.output.startswith(missing)
    assert len(refused.output.splitlines()) == 1


@pytest.mark.server
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("clock", "show", "--account", "nobody"), "No account has the id nobody; there are: "),
        (("faults", "delete", "f"), "No fault rule of the account has the id f; there is none."),
        (("seed", "nowhere"), "No scenario is called nowhere; there are: demo, empty, "),
        (("account", "new", "x"), "scenario: No scenario is called x; there are: "),
        (("faults", "add", "backup-fial"), "effect.type: Must be one of "),
    ],
)
def test_what_is_missing_is_said_and_what_there_is(
    run: Run, words: tuple[str, ...], says: str
) -> None:
    output = run(*words, code=1).output
    assert says in output
    assert len(output.splitlines()) == 1
    assert "Collection not found" not in output


@pytest.mark.server
def test_everything_is_put_back_unless_tests_have_accounts(
    run: Run, astra_simulator: Simulator
) -> None:
    made = astra_simulator.accounts.new(name="of-a-test")
    try:
        assert "of-a-test" in run("reset", code=1).output
        assert made.id in {each.id for each in astra_simulator.accounts.list()}
    finally:
        astra_simulator.accounts.delete(made.id)


@pytest.mark.server
def test_an_account_is_made_of_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "scenario: mine\ntitle: Mine\naccounts:\n- name: mine\n  users: [{email: a@b.ch, role: owner}]"
    )
    words = ("--clock", "scaled", "--rate", "60", "--now", "2026-01-05T12:00:00Z")
    made = documents(run("account", "new", str(file), *words, "--json"))
    assert (made["name"], made["clock"]["rate"]) == ("mine", 60)
    run("account", "delete", made["id"])


@STILL
@pytest.mark.server
def test_the_clock_is_shown_set_and_moved(run: Run, back_up: Callable[[], int]) -> None:
    assert run("clock", "show").output == "2026-01-05T12:00:00.000Z, stands still\n"
    assert run("clock", "step").output.startswith("Nothing happened.\nClock: 2026-01-05T12:00:00")
    assert back_up() == 201
    stepped = run("clock", "step").output.splitlines()
    assert stepped[0].split() == ["AT", "KIND", "ID", "STATE", "REASON"]
    assert "appSnap" in stepped[1]
    assert "pending → discovering" in stepped[1]
    assert documents(run("clock", "drain", "--json"))["events"][-1]["to"] == "completed"
    moved = run("clock", "advance", "--to", "2026-01-06T00:00:00Z").output
    assert moved.endswith("Clock: 2026-01-06T00:00:00.000Z, stands still\n")
    assert "2026-01-06T01:30:00.000Z" in run("clock", "advance", "1h30m").output
    set_ = run("clock", "set", "scaled", "--rate", "60", "--now", "2026-01-07T00:00:00Z").output
    assert set_.endswith(", 60 times as fast as real time\n")
    assert run("clock", "freeze").output.endswith(", stands still\n")


@pytest.mark.server
def test_faults_are_added_listed_explained_and_deleted(run: Run) -> None:
    assert run("faults", "list").output == "The account has no fault rules.\n"
    words = ("-m", "operation=appBackup.create", "-m", "next=3", "-m", "name=1*")
    rule = documents(
        run("faults", "add", "backup-fail", "at=0.4", 'reasons=["Full."]', *words, "--json")
    )
    assert rule["effect"] == {"type": "backup-fail", "at": 0.4, "reasons": ["Full."]}
    assert rule["match"] == {"operation": "appBackup.create", "next": 3, "name": "1*"}
    assert " slow  0     drop-connection  when=after  everything\n" in (
        run("faults", "add", "drop-connection", "when=after", "--name", "slow").output
    )
    explained = run("faults", "explain", "get", "k8s/v2/apps").output.splitlines()
    assert explained[0].split() == ["RULE", "EFFECT", "ACTS", "WHY", "NOT"]
    assert explained[2].split() == ["slow", "drop-connection", "yes"]
    assert run("faults", "delete", rule["id"]).output == "Deleted.\n"
    assert len(run("faults", "list").output.splitlines()) == 2
    run("faults", "delete", "--all")
    assert documents(run("faults", "list", "--json")) == []


@pytest.mark.server
def test_the_journal_is_listed_verified_and_cleared(run: Run, back_up: Callable[[], int]) -> None:
    assert run("journal", "list").output == "No call matches.\n"
    assert [back_up(), back_up()] == [201, 201]
    listed = run("journal", "list", "--method", "POST", "--limit", "1").output.splitlines()
    assert listed[0].split() == ["#", "AT", "METHOD", "PATH", "STATUS", "PROBLEM", "TOOK"]
    assert listed[1].split()[2] == "POST"
    assert listed[2] == "Earlier ones that match: 1; see --limit."
    verified = run("journal", "verify", "--operation", "appBackup.create", "--exactly", "2")
    assert verified.output == "Verified: Expected exactly 2 calls; 2 calls matched.\n"
    missed = run("journal", "verify", "--status", "500", code=1).output.splitlines()
    assert missed[0] == "Not verified: Expected at least 1 call; 0 calls matched."
    assert missed[1].endswith(" – The status is 201, not 500.")
    assert run("journal", "script").output.startswith("#!/bin/sh\n")
    run("journal", "clear")
    assert documents(run("journal", "list", "--json"))["metadata"]["total"] == 0


@pytest.mark.server
def test_the_journal_is_followed(
    run: Run, back_up: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up()
    pauses = iter((back_up, None))

    def pause(seconds: float) -> None:
        call = next(pauses)
        if call is None:
            raise KeyboardInterrupt
        assert call() == 201

    monkeypatch.setattr(journals, "sleep", pause)
    lines = [json.loads(line) for line in run("journal", "-f", "--json").output.splitlines()]
    first, second = (line["sequence"] for line in lines)
    assert first < second
    pauses = iter((None,))
    (line,) = run("journal", "--follow", "--limit", "1").output.splitlines()
    assert line.startswith(f"{second}  ")
    assert "/appBackups  201  " in line


@pytest.mark.server
def test_options_stand_wherever_people_put_them(run: Run, astra_account: Access) -> None:
    nothing = dict.fromkeys(("ASTRA_URL", "ASTRA_CONTROL_TOKEN", "ASTRA_ACCOUNT"))
    given = {
        "--url": os.environ.get("ASTRA_URL", astra_account.service.url),
        "--token": astra_account.service.control_token,
        "--account": astra_account.id,
    }
    options = [word for pair in given.items() for word in pair]
    for words in (
        (*options, "--json", "clock", "show"),
        ("clock", *options, "--json", "show"),
        ("clock", "show", *options, "--json"),
        # What stands behind is nearer.
        ("--account", "nobody", "--url", "http://127.0.0.1:1", "--json", "clock", "show", *options),
    ):
        assert documents(run(*words, **nothing))["mode"] == "manual", words


@pytest.mark.server
def test_what_is_typed_before_the_command_counts_more_than_a_variable(run: Run) -> None:
    refused = run("--account", str(uuid.UUID(int=1)), "clock", "show", code=1)
    assert refused.output.startswith("Error: 404 (problem 2)")


@pytest.mark.server
def test_status_says_what_there_is(run: Run, astra_account: Access, astra_service: Address) -> None:
    told = documents(run("status", "--json"))
    assert (told["status"], told["version"]) == ("ready", __version__)
    assert astra_account.id in {each["id"] for each in told["accounts"]}
    lines = run("status").output.splitlines()
    assert lines[0] == f"Ready: {astra_service.url}, version {__version__}"
    assert any(line.startswith(astra_account.id) for line in lines)
    without_token = run("status", "--json", ASTRA_CONTROL_TOKEN=None, ASTRA_DATA_DIR="nowhere")
    assert "accounts" not in documents(without_token)
    gone = run("status", "--url", "http://127.0.0.1:1", code=1).output
    assert gone == "Error: http://127.0.0.1:1 does not answer: connection refused\n"


@pytest.mark.server
def test_a_token_lets_a_user_in(run: Run, astra_account: Access) -> None:
    def status_with(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return urllib3.request("GET", f"{astra_account.url}/k8s/v2/apps", headers=headers).status

    token = run("token").output.removesuffix("\n")
    assert status_with(token) == 200
    issued = documents(run("token", "--user", "viewer@example.com", "--expires-in", "1h", "--json"))
    assert issued["email"] == "viewer@example.com"
    assert issued["expiresAt"] is not None
    assert status_with(issued["token"]) == 200
    astra_account.controls.tokens.revoke(issued["id"])
    assert status_with(issued["token"]) == 401
    refused = run("token", "--user", "nobody@example.com", code=1).output
    assert "email: No user of the account has it." in refused


@pytest.mark.server
def test_config_is_what_the_client_reads(run: Run, astra_account: Access, tmp_path: Path) -> None:
    https = ("--url", str(astra_account.service.https_url))
    ca_file = {"ASTRA_DATA_DIR": str(Path(str(astra_account.service.ca_file)).parents[1])}
    config = yaml.safe_load(run("config", *https, **ca_file).output)
    token = config["headers"].pop("Authorization").removeprefix("Bearer ")
    wanted = astra_account.config()
    wanted["headers"].pop("Authorization")
    assert config == wanted
    assert token != astra_account.token
    file = tmp_path / "config.yaml"
    said = run("config", "-o", str(file), *https, **ca_file).output
    assert said == f"Written: {file}\n"
    assert file.stat().st_mode & 0o077 == 0
    # Where the file is for this account, it is what is printed.
    kept = yaml.safe_load(file.read_text())
    again = run("config", "--json", *https, ASTRA_DATA_DIR=str(tmp_path))
    assert documents(again) == kept
    refused = run("config", ASTRA_DATA_DIR="nowhere", code=1).output
    assert refused == "Error: config.yaml is for HTTPS: let --url be the https address\n"


@pytest.mark.server
def test_a_checkpoint_is_saved_restored_exported_and_imported(
    run: Run, back_up: Callable[[], int], astra_account: Access, tmp_path: Path
) -> None:
    assert run("checkpoint", "list").output == "The account has no checkpoints.\n"
    assert run("checkpoint", "save", "before").output.splitlines()[1].startswith("before  ")
    assert back_up() == 201
    assert run("checkpoint", "restore", "before").output == "Restored before.\n"
    file = tmp_path / "before.json"
    run("checkpoint", "export", "before", str(file))
    assert file.stat().st_mode & 0o077 == 0
    run("checkpoint", "delete", "before")
    run("checkpoint", "import", "again", str(file))
    assert [each["name"] for each in documents(run("checkpoint", "list", "--json"))] == ["again"]
    missing = str(tmp_path / "missing")
    assert run("checkpoint", "import", "x", missing, code=1).output == (
        f"Error: {missing}: no such file or directory\n"
    )


@pytest.mark.server
def test_a_scenario_is_previewed_and_seeded(
    run: Run, tmp_path: Path, astra_simulator: Simulator
) -> None:
    file = tmp_path / "kit-command.yaml"
    file.write_text("scenario: kit-command\ntitle: Kit\naccounts:\n- name: kit\n")
    assert run("seed", str(file), "--preview").output.splitlines()[1].split() == [
        "accounts",
        "1",
        "0",
    ]
    report = documents(run("seed", str(file), "--json"))
    assert report["counts"]["accounts"] == {"create": 1, "keep": 0}
    astra_simulator.accounts.delete(report["accounts"][0])
    large = run("seed", "large", "--set", "backups=7", "--preview").output
    assert ["backups", "7", "0"] in [line.split() for line in large.splitlines()]


@pytest.mark.server
def test_the_service_is_found_by_its_data_folder(
    run: Run, astra_service: Address, astra_account: Access, tmp_path: Path
) -> None:
    assert astra_service.ca_file is not None
    folder = Path(astra_service.ca_file).parents[1]
    assert (folder / "url").read_text() == f"{astra_service.url}\n"
    (tmp_path / "url").write_bytes((folder / "url").read_bytes())
    (tmp_path / "control_token").write_text(f"{astra_service.control_token}\n")
    config = astra_account.write_config(tmp_path / "config.yaml")
    assert yaml.safe_load(config.read_text()) == astra_account.config()
    nothing = dict.fromkeys(("ASTRA_URL", "ASTRA_CONTROL_TOKEN", "ASTRA_ACCOUNT"))
    shown = run("faults", "list", "--data-dir", str(tmp_path), **nothing)
    assert shown.output == "The account has no fault rules.\n"
