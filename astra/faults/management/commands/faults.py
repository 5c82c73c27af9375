"""`python manage.py faults …`: list, add, explain and delete the fault rules of an account."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from astra.accounts.commands import ControlCommand, account_of
from astra.faults.actions import fault_rule_create, fault_rules_delete
from astra.faults.explaining import explain
from astra.faults.models import FaultRule
from astra.faults.page import written
from astra.faults.serializers import CallBody, FaultRuleBody, represent


class Command(ControlCommand):
    """What the control surface does with fault rules, from the command line."""

    help = "List, add, explain and delete the fault rules of an account; rules are JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        account = CommandParser(add_help=False)
        account.add_argument("account", type=uuid.UUID, help="the account's id")
        commands.add_parser("list", parents=[account], help="print the rules, a line each")
        add = commands.add_parser("add", parents=[account], help="add a rule and print it")
        add.add_argument(
            "rule", help='for example \'{"effect": {"type": "refuse", "problem": 107}}\''
        )
        asking = commands.add_parser(
            "explain", parents=[account], help="say what a call would meet"
        )
        asking.add_argument("method")
        asking.add_argument("path", help="whole, or what follows the account")
        asking.add_argument("body", nargs="?", help="the JSON body")
        delete = commands.add_parser("delete", parents=[account], help="delete one rule")
        delete.add_argument("rule", type=uuid.UUID, help="the rule's id")
        commands.add_parser("clear", parents=[account], help="delete all rules")
        page = commands.add_parser("page", help="write the table of effects into docs/faults.md")
        page.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs/faults.md")

    def do_list(self, account: uuid.UUID, **options: Any) -> Iterator[Any]:
        """Return the rules."""
        rules = FaultRule.objects.filter(account=account_of(account))
        return map(represent, rules.order_by("position"))

    def do_add(self, account: uuid.UUID, rule: str, **options: Any) -> Iterator[Any]:
        """Add a rule."""
        account_id = account_of(account).id
        body = FaultRuleBody.parse(_json(rule))
        yield represent(fault_rule_create(account_id=account_id, body=body))

    def do_explain(
        self, account: uuid.UUID, method: str, path: str, body: str | None, **options: Any
    ) -> list[dict[str, Any]]:
        """Say of each rule what it would do to a call."""
        found = account_of(account)
        call = {"method": method.upper(), "path": path}
        if body is not None:
            call["body"] = _json(body)
        return explain(found, CallBody.parse(call))

    def do_delete(self, account: uuid.UUID, rule: uuid.UUID, **options: Any) -> Iterator[Any]:
        """Delete one rule."""
        deleted = fault_rules_delete(account_id=account_of(account).id, rule_id=rule)
        if not deleted:
            raise CommandError("the account has no such rule")
        yield {"deleted": deleted}

    def do_clear(self, account: uuid.UUID, **options: Any) -> Iterator[Any]:
        """Delete all rules."""
        yield {"deleted": fault_rules_delete(account_id=account_of(account).id)}

    def do_page(self, file: Path, **options: Any) -> None:
        """Write the table of effects into the page."""
        file.write_text(written(file.read_text()))


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError(f"no JSON: {error}") from error
