"""When a schedule fires: closed-form arithmetic on UTC instants, no walking.

Source: section 9 of `appbackup.md`: times are UTC; `dayOfWeek` 0 and 7 are Sunday; a month without
the `dayOfMonth` is passed over; a custom rule is DTSTART with FREQ (MINUTELY, HOURLY) and INTERVAL.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from backups.models.schedules import Granularity, Schedule

_RULE = re.compile(
    r"DTSTART:(?P<start>[0-9]{8}T[0-9]{6})Z\n"
    r"RRULE:FREQ=(?P<unit>MINUTELY|HOURLY);INTERVAL=(?P<n>[1-9][0-9]{0,5})"
)
_UNITS = {"MINUTELY": timedelta(minutes=1), "HOURLY": timedelta(hours=1)}


class Rule(NamedTuple):
    """A custom rule: the first instant, and the time from each to the next."""

    start: datetime
    step: timedelta


def parse_rule(text: str) -> Rule:
    """Return what a rule says. Raises ``ValueError``, with the reason for whoever wrote it."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(
            "Must be DTSTART:<UTC instant>, a line break, and RRULE with FREQ (MINUTELY or HOURLY)"
            " and INTERVAL."
        )
    try:
        start = datetime.strptime(found["start"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError("DTSTART must be an instant that exists.") from error
    return Rule(start, _UNITS[found["unit"]] * int(found["n"]))


# The columns that say when a schedule fires.
COLUMNS = (
    "enabled",
    "granularity",
    "minute",
    "hour",
    "day_of_week",
    "day_of_month",
    "recurrence_rule",
)


def next_firing(schedule: Schedule | Any, after: datetime) -> datetime | None:
    """Return the first instant after ``after`` at which the schedule fires; None if it is disabled.

    ``schedule``: a schedule, or a row with those ``COLUMNS``.
    """
    if not schedule.enabled:
        return None
    after = after.astimezone(UTC)
    if schedule.granularity == Granularity.CUSTOM:
        return _next_custom(schedule.recurrence_rule, after)
    minute, hour = int(schedule.minute), int(schedule.hour or 0)
    if schedule.granularity == Granularity.HOURLY:
        return _first_after(after.replace(minute=minute, second=0, microsecond=0), after, hours=1)
    today = after.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if schedule.granularity == Granularity.DAILY:
        return _first_after(today, after, days=1)
    if schedule.granularity == Granularity.WEEKLY:
        # Python's Monday is 0, the API's Sunday is 0 or 7.
        days = (int(schedule.day_of_week or 0) - 1 - today.weekday()) % 7
        return _first_after(today + timedelta(days=days), after, days=7)
    return _next_monthly(int(schedule.day_of_month or 1), today, after)


def _first_after(candidate: datetime, after: datetime, **step: int) -> datetime:
    return candidate if candidate > after else candidate + timedelta(**step)


def _next_monthly(day: int, today: datetime, after: datetime) -> datetime:
    year, month = today.year, today.month
    while True:
        if day <= calendar.monthrange(year, month)[1]:
            candidate = today.replace(year=year, month=month, day=day)
            if candidate > after:
                return candidate
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _next_custom(text: str | None, after: datetime) -> datetime | None:
    if not text:
        return None
    start, step = parse_rule(text)
    if start > after:
        return start
    return start + step * ((after - start) // step + 1)
