"""`astra-simulator journal`: the calls that an account had."""

import functools
from collections.abc import Callable
from typing import Any

import click

from astra.kit.commands.output import instant, print_table
from astra.kit.commands.sessions import Session, account_command
from astra.kit.records import JournalPage, Verdict
from astra.kit.transport import given

_CRITERIA: dict[str, dict[str, Any]] = {
    "method": {"help": "GET, POST, PUT or DELETE."},
    "path": {"help": "A pattern of the path, whole or behind the account."},
    "operation": {"help": "Such as appBackup.create."},
    "status": {"type": int, "help": "The status of the answer."},
    "problem": {"type": int, "help": "The number of the problem."},
    "fault": {"help": "The id of a fault rule that acted."},
}


def _criteria(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which calls; it gets those given as ``match``."""

    @functools.wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        match = given({name: options.pop(name) for name in _CRITERIA})
        return function(*arguments, match=match, **options)

    for name, told in reversed(_CRITERIA.items()):
        command = click.option(f"--{name}", **told)(command)
    return command


@click.group()
def journal() -> None:
    """Look at the calls that an account had, and check them."""


def _print_page(page: JournalPage) -> None:
    rows = [
        (
            each.sequence,
            instant(each.at),
            each.method,
            f"{each.path}?{each.query}" if each.query else each.path,
            each.status or "–",
            "" if each.problem is None else each.problem,
            f"{each.duration_milliseconds:g} ms",
        )
        for each in reversed(page.items)
    ]
    headers = ("#", "AT", "METHOD", "PATH", "STATUS", "PROBLEM", "TOOK")
    print_table(headers, rows, empty="No call matches.")
    if (earlier := page.total - len(page.items)) > 0:
        click.echo(f"Earlier ones that match: {earlier}; see --limit.")
    if page.dropped:
        click.echo(f"{page.dropped} calls are not kept any more: the journal holds {page.cap}.")


def _print_verdict(verdict: Verdict) -> None:
    if verdict:
        click.secho(f"Verified: {verdict.reason}", fg="green")
        return
    click.secho(f"Not verified: {verdict.reason}", fg="red")
    for near in verdict.nearest:
        click.echo(f"  near: {near}")


@account_command(journal, "list", shown=_print_page)
@_criteria
@click.option("--limit", default=20, show_default=True, help="The last so many.")
def list_calls(session: Session, match: dict[str, Any], limit: int) -> JournalPage:
    """List the calls that match, newest last."""
    return session.account.journal.search(limit=limit, order="desc", **match)


@account_command(journal)
@_criteria
@click.option("--at-least", type=int, help="1 if no number is given.")
@click.option("--at-most", type=int)
@click.option("--exactly", type=int)
def verify(session: Session, match: dict[str, Any], **counts: Any) -> None:
    """Check that so many calls match; exit code 1 if not."""
    verdict = session.account.journal.verify(**counts, **match)
    session.tell(verdict, _print_verdict)
    if not verdict:
        raise click.exceptions.Exit(1)


@account_command(journal, shown=lambda told: click.echo(told["script"].removesuffix("\n")))
@_criteria
def script(session: Session, match: dict[str, Any]) -> dict[str, str]:
    """Print the calls that match as a shell script."""
    return {"script": session.account.journal.script(**match)}


@account_command(journal, shown=lambda told: click.echo("The journal is empty."))
def clear(session: Session) -> dict[str, bool]:
    """Forget all calls."""
    session.account.journal.clear()
    return {"cleared": True}
