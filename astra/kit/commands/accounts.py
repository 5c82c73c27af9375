"""`astra-simulator account`: accounts for tests."""

from typing import Any

import click

from ..records import Account, ClockSetting
from ..transport import given
from .output import print_account, print_accounts
from .sessions import (
    CLOCK_MODES,
    Group,
    Session,
    duration,
    is_file,
    numbers_option,
    rate_option,
    read_scenario,
    service_command,
)

_id_argument = click.argument("account_id", metavar="ID")


@click.group(cls=Group)
def account() -> None:
    """Make accounts for tests, put them back, delete them."""


@service_command(account, shown=print_account)
@click.argument("scenario", metavar="[NAME|FILE]", default="throwaway")
@click.option("--name", help="The account's name.")
@click.option("--clock", "mode", type=CLOCK_MODES, help="The scenario's own if absent.")
@rate_option
@click.option("--now", help="Where the clock starts, such as 2026-01-05T12:00:00Z.")
@click.option(
    "--ttl", callback=duration, help="How long it lives, such as 10m; then the service deletes it."
)
@click.option("--seed", type=int, help="Decides the ids.")
@numbers_option
def new(
    session: Session,
    scenario: str,
    mode: str | None,
    rate: float | None,
    now: str | None,
    **wanted: Any,
) -> Account:
    """Make an account from a scenario; print its token.

    The scenario is throwaway if none is named.
    """
    if mode is None and (rate is not None or now is not None):
        raise click.UsageError("--rate and --now need --clock")
    setting = given({"mode": mode, "rate": rate, "now": now})
    clock = ClockSetting(**setting) if setting else None  # type: ignore[typeddict-item]
    source = read_scenario(scenario)[1] if is_file(scenario) else scenario
    return session.simulator.accounts.new(source, clock=clock, **wanted)


@service_command(account, "list", shown=print_accounts)
def list_accounts(session: Session) -> tuple[Account, ...]:
    """List all accounts, oldest first."""
    return session.simulator.accounts.list()


@service_command(account, shown=print_account)
@_id_argument
def show(session: Session, account_id: str) -> Account:
    """Show an account with the ids of its apps and buckets."""
    return session.simulator.accounts.get(account_id)


@service_command(account, shown=print_account)
@_id_argument
def reset(session: Session, account_id: str) -> Account:
    """Put an account back to what it was made as.

    It has the same ids and the same token.
    """
    return session.simulator.accounts.reset(account_id)


@service_command(account, shown=lambda told: click.echo(f"Deleted {told['deleted']}."))
@_id_argument
def delete(session: Session, account_id: str) -> dict[str, str]:
    """Delete an account with everything in it."""
    session.simulator.accounts.delete(account_id)
    return {"deleted": account_id}
