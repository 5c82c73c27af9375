"""`python manage.py faults …`: list, add, explain and delete the fault rules of an account."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
from django.conf import settings
from django.core.management.base import CommandError

from astra.accounts.commands import ControlCommand, KnownAccount
from astra.faults.actions import fault_rule_create, fault_rules_delete
from astra.faults.effects.base import FateEffect
from astra.faults.effects.registered import EFFECTS
from astra.faults.explaining import explain
from astra.faults.models import FaultRule
from astra.faults.serializers import CallBody, FaultRuleBody, represent

# The table of effects stands between these lines of `docs/faults.md`.
BEGIN = "<!-- effects: written by `manage.py faults page` -->"
END = "<!-- end of effects -->"
_EXAMPLE = 'for example \'{"effect": {"type": "refuse", "problem": 107}}\''


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CommandError(f"no JSON: {error}") from error


_Rule = Annotated[Any, {"type": _json, "help": _EXAMPLE}]
_RuleId = Annotated[uuid.UUID, {"help": "the rule's id"}]
_Path = Annotated[str, {"help": "whole, or what follows the account"}]
_Body = Annotated[Any, {"type": _json, "help": "the JSON body"}]


class Command(ControlCommand):
    """What the control surface does with fault rules, from the command line."""

    help = "List, add, explain and delete the fault rules of an account; rules are JSON."

    def do_list(self, account: KnownAccount) -> Iterator[Any]:
        """Print the rules, a line each."""
        return map(represent, FaultRule.objects.filter(account=account).order_by("position"))

    def do_add(self, account: KnownAccount, rule: _Rule) -> Iterator[Any]:
        """Add a rule and print it."""
        yield represent(fault_rule_create(account_id=account.id, body=FaultRuleBody.parse(rule)))

    def do_explain(
        self, account: KnownAccount, method: str, path: _Path, body: _Body = None
    ) -> list[dict[str, Any]]:
        """Say what a call would meet."""
        call = {"method": method.upper(), "path": path, "body": body}
        return explain(account, CallBody.parse(call))

    def do_delete(self, account: KnownAccount, rule: _RuleId) -> Iterator[Any]:
        """Delete one rule."""
        deleted = fault_rules_delete(account_id=account.id, rule_id=rule)
        if not deleted:
            raise CommandError("the account has no such rule")
        yield {"deleted": deleted}

    def do_clear(self, account: KnownAccount) -> Iterator[Any]:
        """Delete all rules."""
        yield {"deleted": fault_rules_delete(account_id=account.id)}

    def do_page(self, *, file: Path = settings.BASE_DIR / "docs/faults.md") -> None:
        """Write the table of effects into docs/faults.md."""
        file.write_text(written(file.read_text()))


def effects_table() -> str:
    """Return the table of all effects, as Markdown."""
    rows = ["| effect | when | what it does | parameters |", "|---|---|---|---|"]
    for effect in EFFECTS.values():
        when = "creation" if isinstance(effect, FateEffect) else "call"
        fields = effect.parameters().fields
        parameters = "<br>".join(
            f"`{name}`{' (required)' if fields[name].required else ''}: {text}"
            for name, text in effect.explained.items()
        )
        rows.append(f"| `{effect.name}` | {when} | {effect.does} | {parameters or '–'} |")
    return "\n".join(rows)


def written(text: str) -> str:
    """Return the page with the table of today."""
    inside = f"{BEGIN}\n{effects_table()}\n{END}"
    return re.sub(f"{BEGIN}.*{END}", lambda _: inside, text, flags=re.DOTALL)
