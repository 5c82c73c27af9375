"""`astra-simulator clock`: the clock of an account."""

from datetime import UTC, datetime

import click

from astra.kit.commands.output import describe, print_move
from astra.kit.commands.sessions import (
    CLOCK_MODES,
    Session,
    account_command,
    duration,
    rate_option,
)
from astra.kit.records import Clock

_wait_option = click.option(
    "--wait",
    "wait_seconds",
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for its end; then the service goes on by itself.",
)
_instant = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"])


@click.group()
def clock() -> None:
    """Read, set and move the clock of an account."""


@clock.command()
@account_command
def show(session: Session) -> None:
    """Show what it says."""
    session.tell(session.account.clock.read(), _print_clock)


@clock.command("set")
@click.argument("mode", type=CLOCK_MODES)
@rate_option
@click.option("--now", type=_instant, help="An instant to move on to, in UTC.")
@account_command
def set_clock(session: Session, mode: str, rate: float | None, now: datetime | None) -> None:
    """Let it go in real time, n times faster, or by hand."""
    session.tell(session.account.clock.set(mode, rate=rate, now=_utc(now)), _print_clock)


@clock.command()
@account_command
def freeze(session: Session) -> None:
    """Let it stand still from now on."""
    session.tell(session.account.clock.freeze(), _print_clock)


@clock.command()
@click.argument("by", metavar="[DURATION]", required=False, callback=duration)
@click.option("--to", type=_instant, help="An instant, in UTC, instead of a duration.")
@_wait_option
@account_command
def advance(session: Session, by: str | None, to: datetime | None, wait_seconds: float) -> None:
    """Move it by a duration, such as 1h30m, or to an instant."""
    if (by is None) == (to is None):
        raise click.UsageError("give either a duration or --to")
    controls = session.account.clock
    session.tell(controls.advance(by, to=_utc(to), wait_seconds=wait_seconds), print_move)


@clock.command()
@_wait_option
@account_command
def step(session: Session, wait_seconds: float) -> None:
    """Move it to the next instant at which something happens."""
    session.tell(session.account.clock.step(wait_seconds=wait_seconds), print_move)


@clock.command()
@_wait_option
@account_command
def drain(session: Session, wait_seconds: float) -> None:
    """Move it on until nothing is under way."""
    session.tell(session.account.clock.drain(wait_seconds=wait_seconds), print_move)


def _print_clock(clock: Clock) -> None:
    click.echo(describe(clock))


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)
