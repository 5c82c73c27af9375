"""clock: `/simulator/v1/accounts/{account_id}/clock`, and moving it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from astra.accounts.clocks import FASTEST_RATE, ClockMode, ClockRule, DeclaredClock
from astra.accounts.control import AccountControlView
from astra.api import fields
from astra.api.clock import timestamp
from astra.api.serializers import ClosedSerializer, extended_error
from astra.engine.clocks import Move, clock_advance, clock_set, represent_clock
from astra.engine.models import Transition

MOST_WAIT_SECONDS = 300
_WHO_HAS_A_RATE = "A scaled clock has a rate, the others have none."
HOW = ("by", "to", "step", "drain")


class TrueField(serializers.Field[Any, Any, Any, Any]):
    """The JSON value true, and no other."""

    default_error_messages = {"invalid": "Must be true."}

    def to_internal_value(self, data: Any) -> bool:
        if data is not True:
            self.fail("invalid")
        return True


class DeclaredClockBody(ClosedSerializer):
    """A clock in a request body; what breaks a rule of clocks is problem 9.

    ``needs_rate``: `scaled` must say its rate; ``words``: what is said of a broken rule.
    """

    needs_rate: ClassVar[bool] = False
    words: ClassVar[Mapping[ClockRule, str]] = {}

    mode = fields.EnumField(ClockMode.values)
    rate = fields.NumberField(required=False)
    now = fields.TimestampField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        clock = DeclaredClock(ClockMode(attrs["mode"]), attrs.get("rate"), attrs.get("now"))
        for broken in clock.broken(needs_rate=self.needs_rate):
            name = "now" if broken.member == "start" else broken.member
            raise extended_error(name, self.words.get(broken.rule, broken.reason))
        return attrs


class ClockBody(DeclaredClockBody):
    """The request body that sets a clock: a rate or an instant out of bounds is problem 8."""

    needs_rate = True
    words = {
        ClockRule.RATE_IS_MISSING: _WHO_HAS_A_RATE,
        ClockRule.RATE_IS_NOT_TAKEN: _WHO_HAS_A_RATE,
        ClockRule.RATE_IS_OUT_OF_BOUNDS: "Must be greater than 0.",
        ClockRule.START_IS_NOT_TAKEN: "A real clock shows the real time.",
    }

    rate = fields.RangeField(most=FASTEST_RATE, required=False)
    now = fields.InstantField(required=False)


class AdvanceBody(ClosedSerializer):
    """The request body that moves a clock: exactly one of `by`, `to`, `step` and `drain`."""

    by = fields.DurationField(required=False)
    to = fields.InstantField(required=False)
    step = TrueField(required=False)
    drain = TrueField(required=False)
    wait = fields.RangeField(most=MOST_WAIT_SECONDS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and more than one way to move (problem 9)."""
        if sum(name in attrs for name in HOW) != 1:
            raise extended_error("by", f"Give exactly one of {', '.join(HOW)}.")
        return attrs


class Clock(AccountControlView):
    """The clock of an account."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        return represent_clock(self.account)

    def put(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Set it: 200 with the clock."""
        return represent_clock(clock_set(account_id=self.account.id, **self.parse(ClockBody)))


class ClockAdvance(AccountControlView):
    """Moving the clock of an account."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Move it: 200 with what happened, in order; 202 while the worker goes on with it."""
        account_id = self.account.id
        body = self.parse(AdvanceBody)
        wait_seconds = body.pop("wait", 30)
        move = clock_advance(account_id=account_id, wait_seconds=wait_seconds, **body)
        return self.found(_represent(move), status=200 if move.is_over else 202)


urlpatterns = [
    path("clock", Clock.as_view(), name="clock"),
    path("clock/advance", ClockAdvance.as_view(), name="clock-advance"),
]


def _represent(move: Move) -> dict[str, Any]:
    return {
        "clock": represent_clock(move.account),
        "events": [_event(event) for event in move.events],
        "eventCount": move.event_count,
    }


def _event(event: Transition) -> dict[str, str]:
    return {
        "at": timestamp(event.at),
        "kind": event.kind,
        "id": str(event.resource_id),
        "from": event.from_state,
        "to": event.to_state,
        "reason": event.reason,
    }
