"""When a schedule fires: closed-form arithmetic on UTC instants, no walking.

Source: section 9 of `appbackup.md`: times are UTC; `dayOfWeek` 0 and 7 are Sunday; a month without
the `dayOfMonth` is passed over; a custom rule is DTSTART with FREQ (MINUTELY, HOURLY) and INTERVAL.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta

from backups.models.schedules import Granularity, Schedule

_RULE = re.compile(
    r"DTSTART:(?P<start>[0-9]{8}T[0-9]{6})Z\nRRULE:FREQ=(?P<unit>MINUTELY|HOURLY);INTERVAL=(?P<n>[0-9]+)"
)
_UNITS = {"MINUTELY": timedelta(minutes=1), "HOURLY": timedelta(hours=1)}


def next_firing(schedule: Schedule, after: datetime) -> datetime | None:
    """Return the first instant after ``after`` at which the schedule fires; None if it is disabled."""
    if not schedule.enabled:
        return None
    after = after.astimezone(UTC)
    if schedule.granularity == Granularity.CUSTOM:
        return _next_custom(schedule.recurrence_rule or "", after)
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


def _next_custom(rule: str, after: datetime) -> datetime | None:
    found = _RULE.fullmatch(rule)
    if found is None:
        return None
    start = datetime.strptime(found["start"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    step = _UNITS[found["unit"]] * int(found["n"])
    if start > after:
        return start
    return start + step * ((after - start) // step + 1)
