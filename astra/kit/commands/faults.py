"""`astra-simulator faults`: the fault rules of an account."""

import json
from typing import Any, cast

import click

from astra.kit.commands.output import print_table
from astra.kit.commands.sessions import Session, account_command
from astra.kit.records import Explanation, Fault, FaultMatch

_NUMBERS = ("every", "next", "probability")


def _values(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, Any]:
    """Return `NAME=VALUE` pairs as a mapping; a value is JSON if it can be read as such."""
    return {name: _value(text) for name, text in map(_split, pairs)}


def _criteria(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> FaultMatch:
    """Return `NAME=VALUE` pairs as criteria; a name or a path is text, whatever it looks like."""
    criteria = {
        name: _value(text) if name in _NUMBERS else text for name, text in map(_split, pairs)
    }
    return cast("FaultMatch", criteria)


def _split(pair: str) -> tuple[str, str]:
    name, equals, text = pair.partition("=")
    if not equals:
        raise click.BadParameter(f"{pair!r} is not NAME=VALUE")
    return name, text


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@click.group()
def faults() -> None:
    """Add, list, delete and explain the fault rules of an account."""


@faults.command()
@click.argument("effect")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...", callback=_values)
@click.option(
    "--match",
    "-m",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_criteria,
    help="What it matches; everything if absent.",
)
@click.option("--name", help="A name for the rule.")
@account_command
def add(
    session: Session, effect: str, parameters: dict[str, Any], match: FaultMatch, name: str | None
) -> None:
    """Add a rule: an EFFECT with its parameters, on what matches.

    \b
    The next three backups fail at 40 %:
      astra-simulator faults add backup-fail at=0.4 -m operation=appBackup.create -m next=3
    Every second call is answered with 503:
      astra-simulator faults add status status=503 retryAfter=2 -m every=2
    """  # noqa: D301 - the sign tells click to keep the lines
    rule = session.account.faults.add(effect, match=match, name=name, **parameters)
    session.tell(rule, lambda rule: _print_rules((rule,)))


@faults.command("list")
@account_command
def list_rules(session: Session) -> None:
    """List the rules, in the order in which they are asked."""
    session.tell(session.account.faults.list(), _print_rules)


@faults.command()
@click.argument("fault_id", metavar="[ID]", required=False)
@click.option("--all", "every", is_flag=True, help="All rules of the account.")
@account_command
def delete(
    session: Session,
    fault_id: str | None,
    every: bool,  # noqa: FBT001 - click hands it over by name
) -> None:
    """Delete a rule, or all; what they decided stays."""
    if (fault_id is None) != every:
        raise click.UsageError("give either the id of a rule or --all")
    controls = session.account.faults
    if fault_id is None:
        controls.clear()
    else:
        controls.delete(fault_id)
    session.say({"deleted": fault_id or "all"}, "Deleted.")


@faults.command()
@click.argument("method")
@click.argument("path")
@click.argument("body", required=False)
@account_command
def explain(session: Session, method: str, path: str, body: str | None) -> None:
    """Say of each rule whether it would act on a call, and if not, why.

    PATH is whole, or what follows the account; BODY is JSON.
    """
    document = None if body is None else _json(body)
    found = session.account.faults.explain(method.upper(), path, document)
    session.tell(found, _print_explanations)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"BODY is no JSON: {error}") from error


def _print_rules(rules: tuple[Fault, ...]) -> None:
    rows = [
        (
            rule.id,
            rule.name or "–",
            rule.hits,
            rule.effect["type"],
            _pairs({name: value for name, value in rule.effect.items() if name != "type"}) or "–",
            _pairs(rule.match) or "everything",
        )
        for rule in rules
    ]
    headers = ("ID", "NAME", "HITS", "EFFECT", "PARAMETERS", "MATCHES")
    print_table(headers, rows, empty="The account has no fault rules.")


def _print_explanations(found: tuple[Explanation, ...]) -> None:
    rows = [
        (each.name or each.id, each.effect, "yes" if each.matches else "no", " ".join(each.reasons))
        for each in found
    ]
    print_table(("RULE", "EFFECT", "ACTS", "WHY NOT"), rows, empty="There are no fault rules.")


def _pairs(members: Any) -> str:
    return " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in members.items()
    )
