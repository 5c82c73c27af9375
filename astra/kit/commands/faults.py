"""`astra-simulator faults`: the fault rules of an account."""

import json
from typing import Any

import click

from ..records import Explanation, Fault, FaultMatch
from .output import print_table
from .sessions import Group, Session, account_command, pairs

_NUMBERS = ("every", "next", "probability")


def _value(text: str) -> Any:
    """Return the JSON of a text, or the text if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@click.group(cls=Group)
def faults() -> None:
    """Add, list, delete and explain the fault rules of an account."""


def _print_rules(rules: tuple[Fault, ...]) -> None:
    rows = [
        (
            rule.id,
            rule.name or "–",
            rule.hits,
            rule.effect["type"],
            _written({name: value for name, value in rule.effect.items() if name != "type"}) or "–",
            _written(rule.match) or "everything",
        )
        for rule in rules
    ]
    headers = ("ID", "NAME", "HITS", "EFFECT", "PARAMETERS", "MATCHES")
    print_table(headers, rows, empty="The account has no fault rules.")


def _written(members: Any) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in members.items()
    )


@account_command(faults, shown=lambda rule: _print_rules((rule,)))
@click.argument("effect")
@click.argument(
    "parameters",
    nargs=-1,
    metavar="[NAME=VALUE]...",
    callback=pairs(lambda name, text: _value(text)),
)
@click.option(
    "--match",
    "-m",
    multiple=True,
    metavar="NAME=VALUE",
    # A name or a path is text, whatever it looks like.
    callback=pairs(lambda name, text: _value(text) if name in _NUMBERS else text),
    help="What it matches; everything if absent.",
)
@click.option("--name", help="A name for the rule.")
def add(
    session: Session, effect: str, parameters: dict[str, Any], match: FaultMatch, name: str | None
) -> Fault:
    """Add a rule: an EFFECT with its parameters, on what matches.

    \b
    The next three backups fail at 40 %:
      astra-simulator faults add backup-fail at=0.4 -m operation=appBackup.create -m next=3
    Every second call is answered with 503:
      astra-simulator faults add status status=503 retryAfter=2 -m every=2
    """  # noqa: D301 - the sign tells click to keep the lines
    return session.account.faults.add(effect, match=match, name=name, **parameters)


@account_command(faults, "list", shown=_print_rules)
def list_rules(session: Session) -> tuple[Fault, ...]:
    """List the rules, in the order in which they are asked."""
    return session.account.faults.list()


@account_command(faults, shown=lambda told: click.echo("Deleted."))
@click.argument("fault_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All rules of the account.")
def delete(
    session: Session,
    fault_id: str | None,
    every: bool,  # noqa: FBT001 - click hands it over by name
) -> dict[str, str]:
    """Delete a rule, or all; what they decided stays."""
    if (fault_id is None) != every:
        raise click.UsageError("give either the id of a rule or --all")
    if fault_id is None:
        session.account.faults.clear()
    else:
        session.account.faults.delete(fault_id)
    return {"deleted": fault_id or "all"}


def _print_explanations(found: tuple[Explanation, ...]) -> None:
    rows = [
        (each.name or each.id, each.effect, "yes" if each.matches else "no", " ".join(each.reasons))
        for each in found
    ]
    print_table(("RULE", "EFFECT", "ACTS", "WHY NOT"), rows, empty="There are no fault rules.")


@account_command(faults, shown=_print_explanations)
@click.argument("method")
@click.argument("path")
@click.argument("body", required=False)
def explain(session: Session, method: str, path: str, body: str | None) -> tuple[Explanation, ...]:
    """Say of each rule whether it would act on a call, and if not, why.

    PATH is whole, or what follows the account; BODY is JSON.
    """
    try:
        document = None if body is None else json.loads(body)
    except ValueError as error:
        raise click.UsageError(f"BODY is no JSON: {error}") from error
    return session.account.faults.explain(method.upper(), path, document)
