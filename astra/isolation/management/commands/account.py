"""`python manage.py account new|list|reset|delete`: throwaway accounts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from django.core.management.base import CommandError

from astra.accounts.clocks import ClockMode, DeclaredClock
from astra.accounts.commands import AccountId, ControlCommand
from astra.accounts.models import Account
from astra.api.quantities import parse_duration
from astra.isolation.accounts import (
    DEFAULT_SCENARIO,
    AccountWanted,
    account_delete,
    account_new,
)
from astra.isolation.bodies import introduction, summary
from astra.isolation.resetting import account_reset
from astra.scenarios.library import read_scenario
from astra.scenarios.loading import check_scenario

_Scenario = Annotated[str, {"help": "a name or a file"}]
_Mode = Annotated[str | None, {"choices": ClockMode.values}]
_Rate = Annotated[float | None, {"help": "of a scaled clock"}]
_Now = Annotated[str | None, {"help": "where a clock starts that is not real"}]
_Ttl = Annotated[
    timedelta | None, {"type": parse_duration, "help": "such as 10m: then the worker deletes it"}
]
_Seed = Annotated[int | None, {"help": "decides the ids"}]


class Command(ControlCommand):
    """Make an account for a test, put it back, delete it."""

    help = (
        "Make an account from a scenario, put it back to that, or delete it with everything in it."
    )

    def do_new(
        self,
        scenario: _Scenario = DEFAULT_SCENARIO,
        *,
        name: str | None = None,
        clock: _Mode = None,
        rate: _Rate = None,
        now: _Now = None,
        ttl: _Ttl = None,
        seed: _Seed = None,
    ) -> Iterator[Any]:
        """Make one; print it, with its token, as JSON."""
        data = check_scenario(read_scenario(scenario)).data
        declared = _declared(clock, rate, now)
        wanted = AccountWanted(scenario=data, name=name, clock=declared, ttl=ttl, seed=seed)
        yield introduction(account_new(wanted))

    def do_list(self) -> Iterator[Any]:
        """List all, a line of JSON each."""
        return map(summary, Account.objects.order_by("created_at", "id"))

    def do_reset(self, account: AccountId) -> Iterator[Any]:
        """Put one back to what it was made as."""
        yield summary(account_reset(account))

    def do_delete(self, account: AccountId) -> None:
        """Delete one with everything in it."""
        account_delete(account)


def _declared(mode: str | None, rate: float | None, now: str | None) -> dict[str, Any] | None:
    if mode is None:
        if rate is not None or now is not None:
            raise CommandError("--rate and --now need --clock")
        return None
    clock = DeclaredClock(ClockMode(mode), rate, now)
    for broken in clock.broken():
        raise CommandError(f"--{'now' if broken.member == 'start' else 'rate'}: {broken.reason}")
    return clock.document()
