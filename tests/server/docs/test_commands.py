"""Every command of the pages is typed: into a terminal, or as a management command; few are elsewhere."""

import dataclasses
import re
import shlex
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from astra.accounts.models import Account
from astra.isolation.accounts import AccountWanted, account_new
from astra.isolation.checkpoints import checkpoint_save
from tests.scenarios import seeded
from tests.server.docs.conftest import Terminal
from tests.server.docs.pages import PAGES, commands
from tests.server.service import SHARED

# What is run elsewhere, by page and the beginning of the command, with where that is.
ELSEWHERE = {
    "README.md": {
        "venv/bin/pip install": "tests/kit/test_readme.py, as all of its section",
        "venv/bin/pytest test_backup.py": "tests/kit/test_readme.py",
        "python manage.py advance_backups --watch": "tests/lifecycle/test_worker.py",
    },
    "docs/capture.md": {
        # It takes its time, so as not to burden whom it asks.
        "astra-simulator capture": "tests/kit/test_capture_command.py",
        "astra-simulator account new estate.yaml": "tests/kit/test_capture_command.py",
        "astra-simulator seed estate.yaml": "tests/kit/test_capture_command.py",
        "astra-simulator account export-scenario": "tests/kit/test_capture_command.py",
    },
    "docs/deployment.md": {
        # They write below /etc, on several hosts.
        "set -a": "tests/deploy/test_files.py; make deploy-trial",
        "envsubst": "tests/deploy/test_files.py; make deploy-trial",
        'echo "\\"astra\\"': "make deploy-trial",
        "python manage.py prepare": "tests/server/test_deployment.py",
        "python manage.py serve --only web": "tests/server/test_deployment.py",
        "python manage.py advance_backups --watch": "tests/lifecycle/test_worker.py",
    },
    "docs/operations.md": {
        "python manage.py pg": "tests/server/test_data.py",
        "cp -a var/secret_key": "tests/server/test_data.py",
    },
    "docs/testkit.md": {"astra-simulator journal --follow": "tests/kit/test_commands.py"},
}
TYPED = [
    (page, command)
    for page in PAGES
    for command in commands(page)
    if not any(command.startswith(each) for each in ELSEWHERE.get(page, ()))
]
OF_DJANGO = re.compile(r"python manage\.py (?P<words>[^>]*?)(?: > [\w.]+)?")
PAGES_OF_DJANGO = sorted({page for page, command in TYPED if OF_DJANGO.fullmatch(command)})
PAGES_OF_A_TERMINAL = sorted({page for page, command in TYPED if not OF_DJANGO.fullmatch(command)})

WORLD = """
scenario: my-world
title: Mine
description: Mine.
accounts:
  - {name: my-world, users: [{email: mine@example.com, role: owner}]}
"""


def of(page: str, *, django: bool) -> list[str]:
    """Return the commands of a page that are of Django, or the others."""
    return [
        command
        for where, command in TYPED
        if where == page and bool(OF_DJANGO.fullmatch(command)) is django
    ]


def test_what_is_run_elsewhere_is_still_there() -> None:
    for page, beginnings in ELSEWHERE.items():
        for beginning, where in beginnings.items():
            assert any(each.startswith(beginning) for each in commands(page)), (page, beginning)
            for file in re.findall(r"tests/[\w/]+\.py", where):
                assert Path(file).exists(), file


def test_pages_have_commands() -> None:
    assert len(TYPED) > 90


@pytest.fixture
def words_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, db: None
) -> Callable[[str], list[str]]:
    """Return what makes the words of a command, which names things of a demo that is there."""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, data_dir=tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-world.yaml").write_text(WORLD)
    seeded.load("demo")

    def words(command: str) -> list[str]:
        found = OF_DJANGO.fullmatch(command)
        assert found is not None
        words = shlex.split(found["words"])
        if not {"ACCOUNT", "ID"} & set(words):
            return [word.replace("EMAIL", "mine@example.com") for word in words]
        account = account_new(AccountWanted(scenario="throwaway")).account
        names = {"ACCOUNT": str(account.id), "ID": str(account.id)}
        names |= {"NAME": "before", "FILE": str(tmp_path / "file")}
        if words[0] == "checkpoint" and words[1] != "save":
            checkpoint_save(account_id=account.id, name="before")
        if words[:2] == ["checkpoint", "import"]:
            call_command("checkpoint", "export", str(account.id), "before", names["FILE"])
            names["NAME"] = "after"
        return [names.get(word, word) for word in words]

    return words


@pytest.mark.parametrize("page", PAGES_OF_DJANGO)
def test_management_commands_of_a_page_do_what_it_says(
    page: str, words_of: Callable[[str], list[str]]
) -> None:
    for command in of(page, django=True):
        printed = StringIO()
        call_command(*words_of(command), stdout=printed)
    assert Account.objects.exists()


@pytest.mark.server
@SHARED
@pytest.mark.parametrize("page", PAGES_OF_A_TERMINAL)
def test_commands_of_a_page_work_when_they_are_typed(page: str, terminal: Terminal) -> None:
    (terminal.folder / "my-world.yaml").write_text(WORLD)
    # Variables that are exported hold for what follows.
    exported: list[str] = []
    for command in of(page, django=False):
        typed = command.replace("TOKEN=…", f"TOKEN={terminal.variables['CONTROL']}")
        typed = typed.replace("APP_ID", "0db61582-79af-51ee-bad8-45bdf6fe3e25")
        if "--user" in typed:
            # Of the demo's account, which has such a user.
            typed = f"unset ASTRA_ACCOUNT; {typed}"
        terminal.type("\n".join([*exported, typed]))
        if command.startswith("export "):
            exported.append(typed)
