"""`python manage.py account new|list|reset|delete`: throwaway accounts."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.commands import ControlCommand
from astra.accounts.models import Account
from astra.api.quantities import parse_duration
from astra.isolation.accounts import (
    DEFAULT_SCENARIO,
    AccountWanted,
    account_delete,
    account_new,
    account_reset,
)
from astra.isolation.bodies import introduction, summary
from astra.scenarios.library import read_scenario
from astra.scenarios.loading import check_scenario


class Command(ControlCommand):
    """Make an account for a test, put it back, delete it."""

    help = (
        "Make an account from a scenario, put it back to that, or delete it with everything in it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add a subcommand for each."""
        commands = parser.add_subparsers(dest="command", required=True)
        new = commands.add_parser("new", help="make one; prints it, with its token, as JSON")
        new.add_argument("scenario", nargs="?", default=DEFAULT_SCENARIO, help="a name or a file")
        new.add_argument("--name")
        new.add_argument("--clock", choices=ClockMode.values)
        new.add_argument("--rate", type=float, help="of a scaled clock")
        new.add_argument("--now", help="where a clock starts that is not real")
        new.add_argument("--ttl", type=_duration, help="such as 10m: then the worker deletes it")
        new.add_argument("--seed", type=int, help="decides the ids")
        commands.add_parser("list", help="list all, a line of JSON each")
        for name, text in (
            ("reset", "put one back to what it was made as"),
            ("delete", "delete one with everything in it"),
        ):
            commands.add_parser(name, help=text).add_argument("account", type=uuid.UUID)

    def do_new(self, scenario: str, **options: Any) -> Iterator[Any]:
        """Make one."""
        source = read_scenario(scenario)
        document = check_scenario(source.text, source=source.name)
        made = account_new(
            AccountWanted(
                scenario=document.data,
                name=options["name"],
                clock=_clock(options),
                ttl=options["ttl"],
                seed=options["seed"],
            )
        )
        yield introduction(made)

    def do_list(self, **options: Any) -> Iterator[Any]:
        """List all."""
        return map(summary, Account.objects.order_by("created_at", "id"))

    def do_reset(self, account: uuid.UUID, **options: Any) -> Iterator[Any]:
        """Put one back."""
        yield summary(account_reset(account))

    def do_delete(self, account: uuid.UUID, **options: Any) -> None:
        """Delete one."""
        account_delete(account)


def _clock(options: dict[str, Any]) -> dict[str, Any] | None:
    if options["clock"] is None:
        if options["rate"] is not None or options["now"] is not None:
            raise CommandError("--rate and --now need --clock")
        return None
    clock = DeclaredClock(ClockMode(options["clock"]), options["rate"], options["now"])
    for broken in clock.broken():
        raise CommandError(f"--{'now' if broken.member == 'start' else 'rate'}: {broken.reason}")
    return clock.document()


def _duration(text: str) -> timedelta:
    return parse_duration(text)
