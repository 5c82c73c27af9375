"""`python manage.py seed`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.models import Account
from astra.scenarios.library import names
from astra.scenarios.management.commands import seed
from astra.scenarios.models import SeededScenario
from astra.scenarios.schema import compile_schema
from backups.models import AppBackup

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command("seed", *arguments, stdout=out, **options)
    return out.getvalue()


def test_it_says_what_was_created_and_what_was_kept() -> None:
    assert run("empty").split("\n") == [
        "Scenario empty:",
        "  accounts           1 created, 0 kept",
        "  users              1 created, 0 kept",
        "",
    ]
    assert run("empty").split("\n") == [
        "Scenario empty:",
        "  accounts           0 created, 1 kept",
        "  users              0 created, 1 kept",
        "",
    ]


def test_a_preview_changes_nothing() -> None:
    lines = run("demo", "--preview").split("\n")[1:-1]
    assert "backups 23 would be created, 0 kept" in {" ".join(line.split()) for line in lines}
    assert len({line.index("would") for line in lines}) == 1
    assert not Account.objects.exists()
    assert not SeededScenario.objects.exists()


def test_it_can_be_quiet() -> None:
    assert run("empty", verbosity=0) == ""
    assert Account.objects.count() == 1


def test_numbers_of_the_scenario_can_be_replaced() -> None:
    run("large", "--set", "backups=25", "--set", "apps=2")
    assert AppBackup.objects.count() == 25


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("backups", "--set backups: it must be NAME=NUMBER"),
        ("backups=many", "--set backups=many: it must be NAME=NUMBER"),
        ("colour=1", "large.yaml: No parameter is called colour; there are: apps, backups."),
        ("apps=1.5", "accounts[0].fleets[0].apps: Must be a whole number from 1 to 100000000."),
    ],
)
def test_a_number_that_is_none_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CommandError, match=r".") as caught:
        run("large", "--set", text)
    assert str(caught.value).endswith(reason)


def test_it_lists_the_scenarios() -> None:
    listed = [line.split()[0] for line in run("--list").splitlines()]
    assert listed == names()
    assert {"demo", "empty", "failures", "large"} <= set(listed)


def test_it_prints_the_schema() -> None:
    assert json.loads(run("--schema")) == json.loads(json.dumps(compile_schema()))


def test_a_file_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scenario: own\naccounts:\n  - name: mine\n")
    run(str(path))
    assert Account.objects.get().name == "mine"
    assert SeededScenario.objects.get().name == "own"


def test_a_bad_file_is_refused_with_file_line_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scenario: own\naccounts:\n  - name: mine\n    colour: red\n")
    with pytest.raises(CommandError) as caught:
        run(str(path))
    assert str(caught.value) == f"{path}:4: accounts[0].colour: Unknown member."


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "name a scenario or a file (--list shows the names)"),
        (("nothing",), f"No scenario is called nothing; there are: {', '.join(names())}."),
        (("./nothing.yaml",), "[Errno 2] No such file or directory: 'nothing.yaml'"),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert str(caught.value) == reason


def test_a_long_load_shows_a_bar_where_there_is_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seed, "is_terminal", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    run("large", "--set", "backups=25", "--set", "apps=2")
    assert "backups" in capsys.readouterr().err


def test_no_bar_is_shown_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    run("large", "--set", "backups=25", "--set", "apps=2")
    assert capsys.readouterr().err == ""
