"""`manage.py faults`: what the control surface does, from the command line."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from astra.accounts.models import Account
from astra.faults.models import FaultRule
from tests import world

REFUSE = '{"effect": {"type": "refuse", "problem": 107}}'


def run(what: str, account: Account, *arguments: str) -> list[Any]:
    out = StringIO()
    call_command("faults", what, str(account.id), *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_rule_is_added_listed_explained_and_deleted(account: Account) -> None:
    [rule] = run("add", account, REFUSE)
    assert run("list", account) == [rule]
    assert rule["effect"] == {"type": "refuse", "problem": 107}
    [explained] = run("explain", account, "post", "k8s/v2/apps", '{"name": "shop"}')
    assert explained == {"id": rule["id"], "effect": "refuse", "matches": True, "reasons": []}
    assert run("delete", account, rule["id"]) == [{"deleted": 1}]
    assert run("list", account) == []


def test_all_rules_are_deleted(account: Account) -> None:
    run("add", account, REFUSE)
    run("add", account, REFUSE)
    assert run("clear", account) == [{"deleted": 2}]
    assert not FaultRule.objects.exists()
    assert run("clear", account) == [{"deleted": 0}]


@pytest.mark.parametrize(
    ("what", "arguments", "said"),
    [
        ("add", ("{",), "no JSON"),
        ("add", ('{"effect": {"type": "x"}}',), "effect.type: Must be one of"),
        ("explain", ("MOVE", "x"), "method: Must be one of"),
        ("delete", (str(world.some_id()),), "the account has no such rule"),
    ],
)
def test_what_is_wrong_is_said(
    account: Account, what: str, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        run(what, account, *arguments)


def test_an_unknown_account_is_an_error(db: None) -> None:
    with pytest.raises(CommandError, match="no such account"):
        run("list", Account(id=world.some_id()))
