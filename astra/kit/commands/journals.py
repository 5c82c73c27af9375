"""`astra-simulator journal`: the calls that an account had."""

import functools
from collections.abc import Callable
from typing import Any

import click

from astra.kit.calls import JournalPage, Verdict
from astra.kit.commands.output import instant, print_table
from astra.kit.commands.sessions import Session, account_command

_CRITERIA = (
    click.option("--method", help="GET, POST, PUT or DELETE."),
    click.option("--path", help="A pattern of the path, whole or behind the account."),
    click.option("--operation", help="Such as appBackup.create."),
    click.option("--status", type=int, help="The status of the answer."),
    click.option("--problem", type=int, help="The number of the problem."),
    click.option("--fault", help="The id of a fault rule that acted."),
)


def _criteria(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which calls; it gets those given as ``match``."""

    @functools.wraps(function)
    def command(*arguments: Any, **options: Any) -> None:
        names = ("method", "path", "operation", "status", "problem", "fault")
        match = {name: options.pop(name) for name in names}
        given = {name: value for name, value in match.items() if value is not None}
        function(*arguments, match=given, **options)

    for option in reversed(_CRITERIA):
        command = option(command)
    return command


@click.group()
def journal() -> None:
    """Look at the calls that an account had, and check them."""


@journal.command("list")
@_criteria
@click.option("--limit", default=20, show_default=True, help="The last so many.")
@account_command
def list_calls(session: Session, match: dict[str, Any], limit: int) -> None:
    """List the calls that match, newest last."""
    page = session.account.journal.search(limit=limit, order="desc", **match)
    session.tell(page, _print_page)


@journal.command()
@_criteria
@click.option("--at-least", type=int, help="1 if no number is given.")
@click.option("--at-most", type=int)
@click.option("--exactly", type=int)
@account_command
def verify(session: Session, match: dict[str, Any], **counts: Any) -> None:
    """Check that so many calls match; exit code 1 if not."""
    verdict = session.account.journal.verify(**counts, **match)
    session.tell(verdict, _print_verdict)
    if not verdict:
        raise click.exceptions.Exit(1)


@journal.command()
@_criteria
@account_command
def script(session: Session, match: dict[str, Any]) -> None:
    """Print the calls that match as a shell script."""
    text = session.account.journal.script(**match)
    session.say({"script": text}, text.removesuffix("\n"))


@journal.command()
@account_command
def clear(session: Session) -> None:
    """Forget all calls."""
    session.account.journal.clear()
    session.say({"cleared": True}, "The journal is empty.")


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
