"""`python manage.py account new|list|reset|delete`: throwaway accounts."""

import uuid
from datetime import timedelta
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.models import Account
from astra.api.quantities import parse_duration
from astra.isolation.accounts import (
    DEFAULT_SCENARIO,
    AccountWanted,
    NoOriginError,
    account_delete,
    account_new,
    account_reset,
)
from astra.isolation.bodies import introduction, summary
from astra.isolation.holding import (
    AccountAdvancingError,
    AccountBusyError,
    UnknownAccountError,
)
from astra.scenarios.errors import ScenarioError, UnknownScenarioError
from astra.scenarios.library import read_scenario
from astra.scenarios.loading import check_scenario

_ERRORS = (
    UnknownAccountError,
    NoOriginError,
    AccountAdvancingError,
    AccountBusyError,
    UnknownScenarioError,
    ScenarioError,
    OSError,
)


class Command(BaseCommand):
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

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            getattr(self, f"_{options['command']}")(**options)
        except _ERRORS as error:
            raise CommandError(str(error)) from error

    def _new(self, scenario: str, **options: Any) -> None:
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
        self._print(introduction(made))

    def _list(self, **options: Any) -> None:
        for account in Account.objects.order_by("created_at", "id"):
            self._print(summary(account))

    def _reset(self, account: uuid.UUID, **options: Any) -> None:
        self._print(summary(account_reset(account)))

    def _delete(self, account: uuid.UUID, **options: Any) -> None:
        account_delete(account)

    def _print(self, document: Any) -> None:
        self.stdout.write(orjson.dumps(document).decode())


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
