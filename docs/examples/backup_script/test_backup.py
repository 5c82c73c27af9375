"""backup.py, tried on what can happen to it. Each test has an account of its own."""

import subprocess
import sys
import time

import backup
import pytest


@pytest.fixture
def run(astra_account, astra_clock, tmp_path, monkeypatch):
    """Run the script. It sleeps in the account's time, so no test waits for a backup."""
    for module in (backup, time):
        monkeypatch.setattr(module, "sleep", astra_clock.sleep)
    monkeypatch.setattr(backup, "monotonic", astra_clock.monotonic)
    config = astra_account.write_config(tmp_path / "config.yaml")
    return lambda *options: backup.main(["web-shop", "--config", str(config), *options])


def test_success(run, astra_journal, capsys):
    assert run() == backup.COMPLETED
    assert ": completed, " in capsys.readouterr().out
    assert astra_journal.verify(operation="appBackup.create", exactly=1)


def test_a_backup_that_fails(run, astra_faults, capsys):
    astra_faults.add("backup-fail", at=0.4, reasons=["Disk full."])
    assert run() == backup.ENDED_OTHERWISE
    assert capsys.readouterr().err.endswith(": failed: Disk full.\n")


def test_409_while_another_backup_is_in_progress(run, astra_faults, astra_journal, capsys):
    astra_faults.add("refuse", problem=107, match={"operation": "appBackup.create", "next": 2})
    assert run() == backup.COMPLETED
    assert capsys.readouterr().err.count("waiting: 409 Backup in progress") == 2
    assert astra_journal.verify(operation="appBackup.create", status=409, exactly=2)


def test_409_because_the_name_is_taken(run, capsys):
    assert run("--name", "nightly") == backup.COMPLETED
    assert run("--name", "nightly") == backup.REFUSED
    assert "refused: 409 Backup with the same name exists" in capsys.readouterr().err


def test_a_slow_server(run, astra_faults, capsys):
    astra_faults.add("delay", seconds=2, match={"operation": "appBackup.create"})
    assert run("--request-timeout", "0.5") == backup.TOO_LATE
    assert "no answer: " in capsys.readouterr().err


def test_a_backup_that_never_ends(run, astra_faults, capsys):
    astra_faults.add("backup-never-ends")
    assert run("--timeout", "600", "--poll", "60") == backup.TOO_LATE
    assert "the backup is running after 600 s" in capsys.readouterr().err


def test_a_server_that_is_overloaded(run, astra_faults, astra_clock):
    astra_faults.add("status", status=503, retryAfter=300, match={"next": 2})
    begin = astra_clock.monotonic()
    assert run() == backup.COMPLETED
    assert astra_clock.monotonic() - begin > 600


def test_a_token_that_expires_meanwhile(run, astra_faults, capsys):
    astra_faults.add("refuse", problem=4, match={"operation": "appBackup.retrieve"})
    assert run() == backup.REFUSED
    assert "refused: 401 Invalid bearer token" in capsys.readouterr().err


@pytest.mark.astra(clock={"mode": "scaled", "rate": 600})
def test_as_cron_starts_it(astra_account, tmp_path):
    """The script as it is, in a process of its own: ten minutes pass in a second."""
    config = astra_account.write_config(tmp_path / "config.yaml")
    command = [sys.executable, backup.__file__, "web-shop", "--config", config, "--poll", "0.1"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == backup.COMPLETED, result.stderr
