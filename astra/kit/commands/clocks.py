"""`astra-simulator clock`: the clock of an account."""

from datetime import UTC, datetime

import click

from ..records import Clock, Move
from .output import describe, print_move
from .sessions import (
    CLOCK_MODES,
    Group,
    Session,
    account_command,
    duration,
    rate_option,
)

_wait_option = click.option(
    "--wait",
    "wait_seconds",
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for its end; then the service goes on by itself.",
)
_instant = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"])


def _print_clock(clock: Clock) -> None:
    click.echo(describe(clock))


@click.group(cls=Group)
def clock() -> None:
    """Read, set and move the clock of an account."""


@account_command(clock, shown=_print_clock)
def show(session: Session) -> Clock:
    """Show what it says."""
    return session.account.clock.read()


@account_command(clock, "set", shown=_print_clock)
@click.argument("mode", type=CLOCK_MODES)
@rate_option
@click.option("--now", type=_instant, help="An instant to move on to, in UTC.")
def set_clock(session: Session, mode: str, rate: float | None, now: datetime | None) -> Clock:
    """Let it go in real time, n times faster, or by hand."""
    return session.account.clock.set(mode, rate=rate, now=_utc(now))


@account_command(clock, shown=_print_clock)
def freeze(session: Session) -> Clock:
    """Let it stand still from now on."""
    return session.account.clock.freeze()


@account_command(clock, shown=print_move)
@click.argument("by", metavar="[DURATION]", required=False, callback=duration)
@click.option("--to", type=_instant, help="An instant, in UTC, instead of a duration.")
@_wait_option
def advance(session: Session, by: str | None, to: datetime | None, wait_seconds: float) -> Move:
    """Move it by a duration, such as 1h30m, or to an instant."""
    if (by is None) == (to is None):
        raise click.UsageError("give either a duration or --to")
    return session.account.clock.advance(by, to=_utc(to), wait_seconds=wait_seconds)


@account_command(clock, shown=print_move)
@_wait_option
def step(session: Session, wait_seconds: float) -> Move:
    """Move it to the next instant at which something happens."""
    return session.account.clock.step(wait_seconds=wait_seconds)


@account_command(clock, shown=print_move)
@_wait_option
def drain(session: Session, wait_seconds: float) -> Move:
    """Move it on until nothing is under way."""
    return session.account.clock.drain(wait_seconds=wait_seconds)


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)
