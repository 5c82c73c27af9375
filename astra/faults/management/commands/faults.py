"""`python manage.py faults …`: list, add, explain and delete the fault rules of an account."""

import uuid
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.accounts.models import Account
from astra.api.problems import ApiProblem
from astra.faults.actions import fault_rule_create, fault_rules_delete
from astra.faults.explaining import explain
from astra.faults.models import FaultRule
from astra.faults.page import written
from astra.faults.serializers import CallBody, FaultRuleBody, represent


class Command(BaseCommand):
    """What the control surface does with fault rules, from the command line."""

    help = "List, add, explain and delete the fault rules of an account; rules are JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the subcommands."""
        what = parser.add_subparsers(dest="what", required=True)
        account = CommandParser(add_help=False)
        account.add_argument("account", type=uuid.UUID, help="the account's id")
        what.add_parser("list", parents=[account], help="print the rules, a line each")
        add = what.add_parser("add", parents=[account], help="add a rule and print it")
        add.add_argument(
            "rule", help='for example \'{"effect": {"type": "refuse", "problem": 107}}\''
        )
        asking = what.add_parser("explain", parents=[account], help="say what a call would meet")
        asking.add_argument("method")
        asking.add_argument("path", help="whole, or what follows the account")
        asking.add_argument("body", nargs="?", help="the JSON body")
        delete = what.add_parser("delete", parents=[account], help="delete one rule")
        delete.add_argument("rule", type=uuid.UUID, help="the rule's id")
        what.add_parser("clear", parents=[account], help="delete all rules")
        page = what.add_parser("page", help="write the table of effects into docs/faults.md")
        page.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs/faults.md")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it; raises ``CommandError`` for what the control surface would refuse."""
        if what == "page":
            file: Path = options["file"]
            file.write_text(written(file.read_text()))
            return
        account = Account.objects.filter(id=options["account"]).first()
        if account is None:
            raise CommandError("there is no such account")
        try:
            for document in _do(account, what, options):
                self.stdout.write(orjson.dumps(document).decode())
        except ApiProblem as problem:
            raise CommandError(str(problem)) from problem


def _do(account: Account, what: str, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is to be printed."""
    if what == "add":
        body = FaultRuleBody.parse(_json(options["rule"]))
        return [represent(fault_rule_create(account_id=account.id, body=body))]
    if what == "explain":
        call = {"method": options["method"].upper(), "path": options["path"]}
        if options["body"] is not None:
            call["body"] = _json(options["body"])
        return explain(account, CallBody.parse(call))
    if what in ("delete", "clear"):
        deleted = fault_rules_delete(account_id=account.id, rule_id=options.get("rule"))
        if not deleted and what == "delete":
            raise CommandError("the account has no such rule")
        return [{"deleted": deleted}]
    rules = FaultRule.objects.filter(account=account).order_by("position")
    return [represent(rule) for rule in rules]


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError(f"no JSON: {error}") from error
