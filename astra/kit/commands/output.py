"""How the commands print for people."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

import click

from ..records import Account, Clock, Move

# Of a row that goes to a file or to another program.
_WIDEST = 10_000


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows in columns, or what is said when there are none.

    It is as wide as the terminal: what does not fit is folded, nothing is cut off. Where there is no
    terminal, each row is one line.
    """
    # Takes a while, and few commands print tables.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        click.echo(empty)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    is_terminal = sys.stdout.isatty()
    console = Console(width=None if is_terminal else _WIDEST)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def print_account(account: Account) -> None:
    """Print an account with what it has."""
    lines = [
        ("Account", f"{account.id}  {account.name}"),
        ("Scenario", account.scenario),
        ("Clock", describe(account.clock)),
        ("Token", account.token),
        ("User", account.user_id),
        ("Expires", None if account.expires_at is None else instant(account.expires_at)),
    ]
    for title, named in (("Apps", account.apps), ("Buckets", account.buckets)):
        for index, each in enumerate(named):
            lines.append(("" if index else title, f"{each.id}  {each.name}"))
    for title, text in lines:
        if text is not None:
            click.echo(click.style(f"{title:10}", bold=True) + text)


def print_accounts(accounts: Iterable[Account]) -> None:
    """Print accounts, a line for each."""
    rows = [
        (
            each.id,
            each.name,
            describe(each.clock),
            "never" if each.expires_at is None else instant(each.expires_at),
        )
        for each in accounts
    ]
    print_table(("ID", "NAME", "CLOCK", "EXPIRES"), rows, empty="There are no accounts.")


def print_move(move: Move) -> None:
    """Print what happened while a clock moved, and where it is."""
    rows = [
        (
            instant(each.at),
            each.kind,
            each.id,
            f"{each.from_state or '–'} → {each.to_state}",
            each.reason,
        )
        for each in move.events
    ]
    print_table(("AT", "KIND", "ID", "STATE", "REASON"), rows, empty="Nothing happened.")
    if (more := move.event_count - len(move.events)) > 0:
        click.echo(f"… and {more} more.")
    click.echo(f"Clock: {describe(move.clock)}")


def describe(clock: Clock) -> str:
    """Return a clock in words."""
    going = {
        "real": "real time",
        "scaled": f"{clock.rate:g} times as fast as real time",
        "manual": "stands still",
    }
    text = f"{instant(clock.now)}, {going.get(clock.mode, clock.mode)}"
    return text if clock.target is None else f"{text}, on its way to {instant(clock.target)}"


def instant(moment: datetime) -> str:
    """Return an instant, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
