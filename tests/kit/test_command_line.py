"""`astra-simulator`, what needs no service: its help, what it refuses, how it prints."""

import os
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from astra.kit.commands.main import main
from astra.kit.commands.output import print_table
from tests.kit.test_docs import PAGE


def test_a_table_is_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "word " * 40
    print_table(("A", "B"), [("1", long)], empty="")
    assert len(capsys.readouterr().out.splitlines()) == 2
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    print_table(("A", "B"), [("1", long)], empty="")
    lines = click.unstyle(capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 50
    assert " ".join(lines).count("word") == 40


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_as_the_page_says(shell: str) -> None:
    variables = {"_ASTRA_SIMULATOR_COMPLETE": f"{shell}_source"}
    result = CliRunner().invoke(main, env=variables, prog_name="astra-simulator")
    assert "astra-simulator" in result.output
    assert f"{shell}_source astra-simulator" in PAGE


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("account", "list"), "no token of the control surface: there is no nowhere/control_token"),
        (("clock", "show", "--token", "x"), "which account? give --account, or set ASTRA_ACCOUNT"),
        (("seed", "no.yaml", "--token", "x"), "no.yaml: no such file or directory"),
        (("account", "list", "--token", "x"), "http://127.0.0.1:1 does not answer: connection"),
    ],
)
def test_what_goes_wrong_is_one_line(words: tuple[str, ...], said: str) -> None:
    environment = {"ASTRA_DATA_DIR": "nowhere", "ASTRA_HTTP_PORT": "1"}
    result = CliRunner().invoke(main, words, env=environment)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize("text", ["- 1", "title: x", "a: [", "\tx"])
def test_a_file_that_is_no_scenario_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    result = CliRunner().invoke(main, ("seed", str(file), "--token", "x"))
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {file} is no ")
    assert len(result.output.splitlines()) == 1


def test_a_broken_client_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("a: [")
    result = CliRunner().invoke(main, ("wait", "--data-dir", str(tmp_path)))
    assert (result.exit_code, result.output) == (1, f"Error: {tmp_path}/config.yaml is no YAML\n")


@pytest.mark.parametrize(
    "words",
    [
        ("clock", "advance"),
        ("clock", "advance", "5x"),
        ("clock", "advance", "1h", "--to", "2026-01-06T00:00:00Z"),
        ("account", "new", "--rate", "3"),
        ("account", "new", "--ttl", "soon"),
        ("faults", "delete"),
        ("faults", "add", "delay", "seconds"),
        ("faults", "add", "delay", "-m", "next"),
        ("faults", "explain", "GET", "/", "{"),
        ("seed", "large", "--set", "backups"),
    ],
)
def test_a_wrong_command_line_is_refused(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, (*words, "--token", "x", "--url", "http://127.0.0.1:1"))
    assert result.exit_code == 2
    assert "Error: " in result.output


def test_run_becomes_the_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda *arguments: called.extend(arguments))
    words = ("run", "--data-dir", str(tmp_path), "--http-port", "81", "--scenario", "")
    result = CliRunner().invoke(main, [*words, "--with-parent"])
    assert result.exit_code == 0, result.output
    program, command, environment = called
    assert program == sys.executable
    assert command[1:] == ["-P", "-m", "astra", "serve", f"--with-parent={os.getppid()}"]
    assert environment["ASTRA_DATA_DIR"] == str(tmp_path)
    assert (environment["ASTRA_HTTP_PORT"], environment["ASTRA_START_SCENARIO"]) == ("81", "")


@pytest.mark.parametrize(
    "words", [(), ("account",), ("checkpoint",), ("clock",), ("faults",), ("journal",)]
)
def test_every_command_has_a_line_of_help_that_fits(words: tuple[str, ...]) -> None:
    output = CliRunner().invoke(main, [*words, "--help"]).output
    commands = output.partition("Commands:\n")[2].splitlines()
    assert commands
    for line in commands:
        assert len(line.split()) > 2, line
        assert not line.endswith("..."), line
