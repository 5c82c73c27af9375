"""`astra-simulator account`: accounts for tests."""

import click

from astra.kit.commands.documents import is_file, read_scenario
from astra.kit.commands.output import describe, instant, print_account, print_table
from astra.kit.commands.sessions import (
    CLOCK_MODES,
    Session,
    duration,
    numbers,
    rate_option,
    service_command,
)
from astra.kit.reading import Json
from astra.kit.records import Account, ClockSetting


@click.group()
def account() -> None:
    """Make accounts for tests, put them back, delete them."""


@account.command()
@click.argument("scenario", metavar="[NAME|FILE]", default="throwaway")
@click.option("--name", help="The account's name.")
@click.option("--clock", "mode", type=CLOCK_MODES, help="The scenario's own if absent.")
@rate_option
@click.option("--now", help="Where the clock starts, such as 2026-01-05T12:00:00Z.")
@click.option(
    "--ttl", callback=duration, help="How long it lives, such as 10m; then the service deletes it."
)
@click.option("--seed", type=int, help="Decides the ids.")
@click.option("--set", "parameters", multiple=True, metavar="NAME=NUMBER", callback=numbers)
@service_command
def new(
    session: Session,
    scenario: str,
    name: str | None,
    mode: str | None,
    rate: float | None,
    now: str | None,
    ttl: str | None,
    seed: int | None,
    parameters: dict[str, float],
) -> None:
    """Make an account from a scenario (throwaway); print its token."""
    source: str | Json = read_scenario(scenario)[1] if is_file(scenario) else scenario
    made = session.simulator.accounts.new(
        source,
        parameters=parameters or None,
        name=name,
        clock=_clock(mode, rate, now),
        ttl=ttl,
        seed=seed,
    )
    session.tell(made, print_account)


@account.command("list")
@service_command
def list_accounts(session: Session) -> None:
    """List all accounts, oldest first."""
    session.tell(session.simulator.accounts.list(), _print_list)


@account.command()
@click.argument("account_id", metavar="ID")
@service_command
def show(session: Session, account_id: str) -> None:
    """Show an account with the ids of its apps and buckets."""
    session.tell(session.simulator.accounts.get(account_id), print_account)


@account.command()
@click.argument("account_id", metavar="ID")
@service_command
def reset(session: Session, account_id: str) -> None:
    """Put an account back to what it was made as.

    It has the same ids and the same token.
    """
    session.tell(session.simulator.accounts.reset(account_id), print_account)


@account.command()
@click.argument("account_id", metavar="ID")
@service_command
def delete(session: Session, account_id: str) -> None:
    """Delete an account with everything in it."""
    session.simulator.accounts.delete(account_id)
    session.say({"deleted": account_id}, f"Deleted {account_id}.")


def _clock(mode: str | None, rate: float | None, now: str | None) -> ClockSetting | None:
    if mode is None:
        if rate is not None or now is not None:
            raise click.UsageError("--rate and --now need --clock")
        return None
    setting: ClockSetting = {"mode": mode}
    if rate is not None:
        setting["rate"] = rate
    if now is not None:
        setting["now"] = now
    return setting


def _print_list(accounts: tuple[Account, ...]) -> None:
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
