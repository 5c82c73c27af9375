"""`astra-simulator journal`: the calls that an account had."""

import functools
import json
from collections.abc import Callable
from contextlib import suppress
from time import sleep
from typing import Any

import click

from ..records import Entry, JournalPage, Verdict
from ..transport import given
from .output import instant, print_table
from .sessions import Group, Session, account_command

_POLL_SECONDS = 0.5
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


@click.group(cls=Group, usual="list")
def journal() -> None:
    """Look at the calls that an account had, and check them."""


def _print_page(page: JournalPage) -> None:
    headers = ("#", "AT", "METHOD", "PATH", "STATUS", "PROBLEM", "TOOK")
    print_table(headers, map(_cells, reversed(page.items)), empty="No call matches.")
    if (earlier := page.total - len(page.items)) > 0:
        click.echo(f"Earlier ones that match: {earlier}; see --limit.")
    if page.dropped:
        click.echo(f"{page.dropped} calls are not kept any more: the journal holds {page.cap}.")


def _cells(entry: Entry) -> tuple[object, ...]:
    return (
        entry.sequence,
        instant(entry.at),
        entry.method,
        f"{entry.path}?{entry.query}" if entry.query else entry.path,
        entry.status or "–",
        "" if entry.problem is None else entry.problem,
        f"{entry.duration_milliseconds:g} ms",
    )


def _print_line(session: Session, entry: Entry) -> None:
    """Print a call as it comes: a line, of JSON where that is wanted."""
    if session.as_json:
        click.echo(json.dumps(entry.document, ensure_ascii=False))
    else:
        click.echo("  ".join(str(cell) for cell in _cells(entry) if cell != ""))


def _follow(session: Session, match: dict[str, Any], limit: int) -> None:
    """Print the last calls, then each that comes, until Ctrl-C."""
    journal = session.account.journal
    page = journal.search(limit=limit, order="desc", **match)
    entries, last = page.items[::-1], 0
    with suppress(KeyboardInterrupt):
        while True:
            for entry in entries:
                _print_line(session, entry)
                last = entry.sequence
            if not entries:
                sleep(_POLL_SECONDS)
            entries = journal.search(after=last, order="asc", **match).items


def _print_verdict(verdict: Verdict) -> None:
    if verdict:
        click.secho(f"Verified: {verdict.reason}", fg="green")
        return
    click.secho(f"Not verified: {verdict.reason}", fg="red")
    for near in verdict.nearest:
        click.echo(f"  near: {near}")


@account_command(journal, "list")
@_criteria
@click.option("--limit", default=20, show_default=True, help="The last so many.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C.")
def list_calls(
    session: Session,
    match: dict[str, Any],
    limit: int,
    follow: bool,  # noqa: FBT001 - click hands it over by name
) -> None:
    """List the calls that match, newest last.

    It is what `journal` means without a command.
    """
    if follow:
        _follow(session, match, limit)
    else:
        page = session.account.journal.search(limit=limit, order="desc", **match)
        session.tell(page, _print_page)


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


@account_command(journal, shown=lambda told: click.echo(told["har"]))
@_criteria
def har(session: Session, match: dict[str, Any]) -> dict[str, str]:
    """Print the calls that match as an HTTP Archive."""
    return {"har": session.account.journal.har(**match)}


@account_command(journal, shown=lambda told: click.echo("The journal is empty."))
def clear(session: Session) -> dict[str, bool]:
    """Forget all calls."""
    session.account.journal.clear()
    return {"cleared": True}
