"""clock: `/simulator/v1/accounts/{account_id}/clock`, and moving it."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework import serializers

from astra.accounts.models import FASTEST_RATE, Account, ClockMode
from astra.api import fields, problems
from astra.api.clock import timestamp
from astra.api.control import ControlView
from astra.api.media import json_response, read_json
from astra.api.patterns import parse_identifier
from astra.api.problems import ApiProblem
from astra.api.quantities import ISO_DURATION, parse_duration, parse_instant
from astra.api.serializers import ClosedSerializer, extended_error
from astra.engine.clocks import Move, clock_advance, clock_set, represent_clock
from astra.engine.models import Transition

MOST_WAIT_SECONDS = 300
HOW = ("by", "to", "step", "drain")


class InstantField(fields.TimestampField):
    """An instant; the value is a ``datetime``."""

    default_error_messages = {"instant": "Must be an instant that exists, and before time ends."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the instant; fails with `pattern` or `instant`."""
        try:
            return parse_instant(super().to_internal_value(data).replace(",", "."))
        except ValueError:
            self.fail("instant")


class DurationField(fields.StrictCharField):
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds; a ``timedelta``."""

    default_error_messages = {"duration": "Must not be longer than a thousand years."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=ISO_DURATION, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the duration; fails with `pattern` or `duration`."""
        try:
            return parse_duration(super().to_internal_value(data))
        except ValueError:
            self.fail("duration")


class TrueField(serializers.Field[Any, Any, Any, Any]):
    """The JSON value true, and no other."""

    default_error_messages = {"invalid": "Must be true."}

    def to_internal_value(self, data: Any) -> bool:
        """Return true; fails with `invalid`."""
        if data is not True:
            self.fail("invalid")
        return True


class RangeField(fields.NumberField):
    """A number from 0 to ``most``."""

    default_error_messages = {"range": "Must be between 0 and {most}."}

    def __init__(self, *, most: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_internal_value(self, data: Any) -> int | float:
        """Return the number; fails with `invalid` or `range`."""
        number = super().to_internal_value(data)
        if not 0 <= number <= self.most:
            self.fail("range", most=self.most)
        return number


class ClockBody(ClosedSerializer):
    """The request body that sets a clock."""

    mode = fields.EnumField(ClockMode.values)
    rate = RangeField(most=FASTEST_RATE, required=False)
    now = InstantField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a rate or an instant that the mode does not take (problem 9)."""
        if (attrs["mode"] == ClockMode.SCALED) != ("rate" in attrs):
            raise extended_error("rate", "A scaled clock has a rate, the others have none.")
        if attrs.get("rate") == 0:
            raise extended_error("rate", "Must be greater than 0.")
        if attrs["mode"] == ClockMode.REAL and "now" in attrs:
            raise extended_error("now", "A real clock shows the real time.")
        return attrs


class AdvanceBody(ClosedSerializer):
    """The request body that moves a clock: exactly one of `by`, `to`, `step` and `drain`."""

    by = DurationField(required=False)
    to = InstantField(required=False)
    step = TrueField(required=False)
    drain = TrueField(required=False)
    wait = RangeField(most=MOST_WAIT_SECONDS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and more than one way to move (problem 9)."""
        if sum(name in attrs for name in HOW) != 1:
            raise extended_error("by", f"Give exactly one of {', '.join(HOW)}.")
        return attrs


class AccountControlView(ControlView):
    """A path of the control surface about one account."""

    def account_id(self) -> uuid.UUID:
        """Return the account that the path names. Raises problem 2 when there is none."""
        identifier = parse_identifier(self.kwargs["account_id"])
        if identifier is None or not Account.objects.filter(id=identifier).exists():
            raise ApiProblem(problems.COLLECTION_NOT_FOUND)
        return identifier

    def body(self) -> Any:
        """Return the parsed JSON body. Raises problem 7 or 85."""
        return read_json(self.request, max_bytes=settings.ASTRA.max_body_bytes)


class Clock(AccountControlView):
    """The clock of an account."""

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Read it."""
        account = Account.objects.get(id=self.account_id())
        return json_response(represent_clock(account), tag=False)

    def put(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Set it: 200 with the clock."""
        account_id = self.account_id()
        account = clock_set(account_id=account_id, **ClockBody.parse(self.body()))
        return json_response(represent_clock(account), tag=False)


class ClockAdvance(AccountControlView):
    """Moving the clock of an account."""

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Move it: 200 with what happened, in order; 202 while the worker goes on with it."""
        account_id = self.account_id()
        body = AdvanceBody.parse(self.body())
        wait_seconds = body.pop("wait", 30)
        move = clock_advance(account_id=account_id, wait_seconds=wait_seconds, **body)
        return json_response(_represent(move), status=200 if move.is_over else 202, tag=False)


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
