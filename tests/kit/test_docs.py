"""`docs/testkit.md` says what is so."""

import re
from typing import Any

import click
import pytest

from astra.kit import controls, plugin
from astra.kit.commands.main import main
from astra.kit.serving import Address
from tests.server.service import ROOT

PAGE = (ROOT / "docs" / "testkit.md").read_text()


def test_it_names_every_fixture() -> None:
    fixtures = {name for name in vars(plugin) if name.startswith("astra_")}
    assert set(re.findall(r"^\| `(astra_\w+)` \|", PAGE, re.MULTILINE)) == fixtures


def test_it_names_the_methods_of_the_controls_of_an_account() -> None:
    for name, kind in (
        ("astra_clock", controls.ClockControls),
        ("astra_faults", controls.FaultControls),
        ("astra_journal", controls.JournalControls),
        ("astra_checkpoints", controls.CheckpointControls),
        ("astra_account.controls", controls.TokenControls),
        ("astra_account.controls", controls.WebhookControls),
    ):
        [row] = re.findall(rf"^\| `{name}` \|.*", PAGE, re.MULTILINE)
        methods = {method for method in vars(kind) if not method.startswith("_")}
        assert methods <= set(re.findall(r"`(\w+)`", row)), name


def test_it_names_every_command() -> None:
    rows = re.findall(r"^\| (`[a-z`, A-Z|\\]+) \| (.*?) ?\|$", PAGE, re.MULTILINE)
    named = {
        name: set(re.findall(r"`([\w-]+)`", subcommands))
        for names, subcommands in rows
        for name in re.findall(r"`(\w+)", names)
    }
    commands = main.commands
    assert named == {
        name: set(command.commands) if isinstance(command, click.Group) else set()
        for name, command in commands.items()
    }


@pytest.mark.server
def test_its_program_runs(astra_service: Address, capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"^```python\n(from astra.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    program = found[1].replace("http://127.0.0.1:8000", astra_service.url)
    names: dict[str, Any] = {"control_token": astra_service.control_token}
    exec(program, names)
    assert "400 9 {'rate': 'A scaled clock has a rate" in capsys.readouterr().out
    with names["Simulator"](astra_service.url, astra_service.control_token) as simulator:
        simulator.accounts.delete(names["account"].id)
