"""Variables of the environment: what they do not take is said in one line, and so is a slip."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from astra.api.options import OptionError, Options, unknown_variables
from tests.server.service import ROOT

_WRONG: dict[Any, str] = {bool: "perhaps", int: "many", float: "much"}
VARIABLES = {
    str(each.metadata["variable"]): _WRONG[each.type]
    for each in dataclasses.fields(Options)
    if each.type in _WRONG
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_value_that_is_not_taken_is_named_with_what_is(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, VARIABLES[name])
    with pytest.raises(OptionError) as refused:
        Options()
    assert str(refused.value).startswith(f"{name}={VARIABLES[name]}: it takes ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ASTRA_HTTP_PORT", "65536", "a port from 1 to 65535, or 0 for one that is free"),
        ("ASTRA_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("ASTRA_LOG_FORMAT", "xml", "text or json"),
        ("ASTRA_WORKER_INTERVAL", "0", "a number greater than 0"),
        ("ASTRA_JOURNAL_CAP", "-1", "a number from 0 on"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_the_bounds(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OptionError) as refused:
        Options()
    assert str(refused.value) == f"{name}={value}: it takes {words}"


def test_a_level_is_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRA_LOG_LEVEL", "warning")
    assert Options().log_level == "WARNING"


def test_a_variable_that_nothing_reads_is_named_with_the_one_it_is_close_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert unknown_variables() == []
    monkeypatch.setenv("ASTRA_HTP_PORT", "1")
    monkeypatch.setenv("ASTRA_XYZZY", "1")
    assert unknown_variables() == [
        "ASTRA_HTP_PORT: nothing reads this variable; is ASTRA_HTTP_PORT meant?",
        "ASTRA_XYZZY: nothing reads this variable",
    ]


def manage(*words: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *more.pop("options", ()), str(ROOT / "manage.py"), *words],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def test_a_command_says_it_in_one_line(tmp_path: Path) -> None:
    done = manage("check", env={"ASTRA_DATA_DIR": str(tmp_path), "ASTRA_CONTROL": "perhaps"})
    assert done.returncode == 1
    assert done.stderr == "Error: ASTRA_CONTROL=perhaps: it takes on or off\n"


def test_a_python_without_the_requirements_says_so_in_one_line() -> None:
    done = manage("check", options=("-E", "-s", "-S"))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {sys.executable} has no django: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough_gets_no_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "seed", "--schema"],
        env={"ASTRA_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        # Gone before a byte is written.
        command.stdout.close()
        assert command.stderr.read() == b""
