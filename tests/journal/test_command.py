"""`manage.py journal`: what the control surface does, from the command line."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.models import Account
from astra.journal.models import JournalEntry
from tests import world
from tests.conftest import Api
from tests.journal.conftest import Journal

BUCKETS = "topology/v1/buckets"


def run(account: Account, *arguments: str) -> str:
    out = StringIO()
    call_command("journal", str(account.id), *arguments, stdout=out)
    return out.getvalue()


def test_calls_are_listed_a_line_each(api: Api, journal: Journal) -> None:
    api.get(BUCKETS)
    api.post(BUCKETS, {})
    lines = [json.loads(line) for line in run(api.account).splitlines()]
    assert lines == journal.all()
    found = run(api.account, "--method", "POST", "--path", "/topology/*", "--status", "400")
    assert [json.loads(line) for line in found.splitlines()] == lines[1:]
    newest = run(api.account, "--order", "desc", "--limit", "1", "--body", "schema")
    assert json.loads(newest) == lines[1]


def test_calls_are_printed_as_a_script(api: Api, journal: Journal) -> None:
    api.get(BUCKETS)
    api.post(BUCKETS, {})
    assert run(api.account, "--script", "--method", "GET") == journal.script(method="GET")


def test_a_journal_is_cleared(api: Api) -> None:
    api.get(BUCKETS)
    assert json.loads(run(api.account, "--clear")) == {"deleted": 1}
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--status", "x"], "status"),
        (["--method", "get", "--limit", "0"], "limit"),
        (["--script", "--limit", "1"], "limit"),
        (["--clear", "--method", "GET"], "all of the journal"),
        (["--clear", "--script"], "not allowed"),
    ],
)
def test_what_makes_no_sense_is_refused(account: Account, arguments: Any, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(account, *arguments)


def test_an_account_that_is_not_there_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="no such account"):
        run(Account(id=world.some_id()))
