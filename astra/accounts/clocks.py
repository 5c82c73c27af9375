"""A clock: what may be said of one, by which rules, and the columns of the account that follow.

Whoever takes a clock (request bodies, scenarios, forms, commands) asks ``DeclaredClock.broken`` and
says what is wrong in a form of its own. Source: `docs/architecture.md`, 'Clock'.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from django.db import models

from astra.api.clock import LAST_INSTANT, TIME_ENDS, real_now, timestamp
from astra.api.quantities import parse_instant

# Simulated seconds per second, of a scaled clock: at most, and where nothing else is said.
FASTEST_RATE = 1_000_000
DEFAULT_RATE = 60


class ClockMode(models.TextChoices):
    """How an account's time relates to real time."""

    REAL = "real"
    SCALED = "scaled"
    MANUAL = "manual"


# The modes in which nobody chooses the rate.
FIXED_RATES = {ClockMode.REAL: 1.0, ClockMode.MANUAL: 0.0}


class ClockRule(Enum):
    """What a declared clock can be wrong in."""

    RATE_IS_NOT_TAKEN = auto()
    RATE_IS_MISSING = auto()
    RATE_IS_OUT_OF_BOUNDS = auto()
    START_IS_NOT_TAKEN = auto()
    START_IS_NO_INSTANT = auto()


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a declared clock breaks, the member (`rate` or `start`), and why in plain words."""

    rule: ClockRule
    member: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeclaredClock:
    """A clock as somebody asks for it. ``start``: where it starts, an instant or the text of one."""

    mode: ClockMode
    rate: float | None = None
    start: datetime | str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "DeclaredClock":
        """Return the clock that a scenario (or an account's origin) writes."""
        return cls(ClockMode(document["mode"]), document.get("rate"), document.get("at"))

    def document(self, *, start: datetime | None = None) -> dict[str, Any]:
        """Return it as a scenario writes it; ``start``: where it starts if it does not say."""
        document: dict[str, Any] = {"mode": self.mode.value}
        if self.rate is not None:
            document["rate"] = self.rate
        at = self.start or (None if self.mode == ClockMode.REAL else start)
        if at is not None:
            document["at"] = at if isinstance(at, str) else timestamp(at)
        return document

    def broken(self, *, needs_rate: bool = False) -> Iterator[Broken]:
        """Yield what is wrong, the rate first; ``needs_rate``: the usual rate is not taken."""
        yield from self._broken_rate(needs_rate=needs_rate)
        if self.start is None:
            return
        if self.mode == ClockMode.REAL:
            yield Broken(ClockRule.START_IS_NOT_TAKEN, "start", "A real clock cannot be set.")
            return
        try:
            beyond = self._instant(LAST_INSTANT) > LAST_INSTANT
        except ValueError as error:
            yield Broken(ClockRule.START_IS_NO_INSTANT, "start", str(error))
        else:
            if beyond:
                yield Broken(ClockRule.START_IS_NO_INSTANT, "start", TIME_ENDS)

    def _broken_rate(self, *, needs_rate: bool) -> Iterator[Broken]:
        is_scaled = self.mode == ClockMode.SCALED
        if self.rate is None:
            if is_scaled and needs_rate:
                reason = "A scaled clock needs a rate above zero."
                yield Broken(ClockRule.RATE_IS_MISSING, "rate", reason)
        elif not is_scaled:
            yield Broken(ClockRule.RATE_IS_NOT_TAKEN, "rate", "Only a scaled clock has a rate.")
        elif not 0 < self.rate <= FASTEST_RATE:
            reason = f"Must be greater than 0 and at most {FASTEST_RATE}."
            yield Broken(ClockRule.RATE_IS_OUT_OF_BOUNDS, "rate", reason)

    def columns(self, real: datetime) -> dict[str, Any]:
        """Return the columns of an account whose clock this is from the real instant on."""
        return {
            "clock_mode": self.mode,
            "clock_rate": FIXED_RATES.get(self.mode, float(self.rate or DEFAULT_RATE)),
            **anchor(self.mode, sim=self._instant(real), real=real),
        }

    def _instant(self, otherwise: datetime) -> datetime:
        if self.start is None:
            return otherwise
        return parse_instant(self.start) if isinstance(self.start, str) else self.start


def clock_schema(instant: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a clock in a scenario; ``instant`` is that of an instant."""
    return {
        "description": "real runs with real time; scaled is rate times faster; manual stands still.",
        "type": "object",
        "required": ["mode"],
        "additionalProperties": False,
        "properties": {
            "mode": {"enum": ClockMode.values},
            "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": FASTEST_RATE},
            "at": {"description": "Where a clock starts that is not real.", **instant},
        },
    }


def anchor(mode: str, *, sim: datetime, real: datetime) -> dict[str, datetime]:
    """Return the columns of the instant from which a clock counts; a real one has no offset."""
    return {"clock_sim": real if mode == ClockMode.REAL else sim, "clock_real": real}


def clock_instant(
    sim: datetime, real: datetime, rate: float, *, real_at: datetime | None = None
) -> datetime:
    """Return the simulated instant of a clock anchored at ``sim`` = ``real``, in UTC.

    ``real_at``: at that real instant; None: now. At ``LAST_INSTANT`` it stands still.
    """
    if rate == 0:
        return sim
    passed = ((real_at or real_now()) - real).total_seconds() * rate
    if passed >= (LAST_INSTANT - sim).total_seconds():
        return LAST_INSTANT
    return sim + timedelta(seconds=passed)


def clock_sql(real: str, account: str = "accounts_account") -> str:
    """Return the SQL of what ``clock_instant`` computes, of a row of accounts at a real instant."""
    sim = f"{account}.clock_sim"
    return (
        f"{sim} + least(({real} - {account}.clock_real) * {account}.clock_rate,"
        f" '{LAST_INSTANT.isoformat()}'::timestamptz - {sim})"
    )
