"""The spans of time that the chart offers, and how their buckets are named."""

from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """A span before the account's instant: so many buckets of ``width`` seconds.

    Without a width it goes back to the first step, in at most so many buckets.
    """

    title: str
    buckets: int
    width: int | None = None

    @property
    def seconds(self) -> int | None:
        """How far it goes back, None: to the first step."""
        return self.width and self.width * self.buckets


ALL = "all"
SPANS = {
    "hour": Span("Hour", 30, 2 * MINUTE),
    "day": Span("Day", 24, HOUR),
    "week": Span("Week", 28, 6 * HOUR),
    ALL: Span("All", 36),
}

# What a bucket of a span without a width may be wide, in seconds.
WIDTHS = (
    *(1, 5, 15, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY),
)


def suitable(seconds_ago: float | None) -> str:
    """Return the shortest span that reaches back to the newest step; a day when there is none."""
    if seconds_ago is None:
        return "day"
    return next(
        name for name, span in SPANS.items() if span.seconds is None or seconds_ago < span.seconds
    )


def instant_label(at: datetime, width: int) -> str:
    """Return the start of a bucket as short as its width allows, in UTC."""
    at = at.astimezone(UTC)
    if width < MINUTE:
        return f"{at:%H:%M:%S}"
    if width <= HOUR:
        return f"{at:%H:%M}"
    return f"{at:%d %b %H:%M}" if width < DAY else f"{at:%d %b %Y}"


def distance_label(seconds: int) -> str:
    """Return how long ago a bucket begins, for accounts whose times differ."""
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1)):
        if seconds >= size:
            return f"−{round(seconds / size, 1):g} {unit}"
    return "now"
