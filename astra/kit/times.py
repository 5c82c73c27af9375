"""Instants and durations, turned into the texts that the control surface takes."""

import re
from datetime import UTC, datetime, timedelta

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = r"(\d+(?:\.\d+)?)(ms|[smhdw])"


def iso_duration(duration: timedelta | str) -> str:
    """Return `PT5400S` for `1h30m`; ISO 8601 as it is. Raises ``ValueError`` for other texts."""
    if isinstance(duration, timedelta):
        seconds = duration.total_seconds()
    elif re.fullmatch(f"(?:{_PART})+", duration):
        seconds = sum(
            float(number) * _SECONDS[unit] for number, unit in re.findall(_PART, duration)
        )
    elif duration.startswith("P"):
        return duration
    else:
        raise ValueError(f"{duration!r} is no duration such as 90s, 1h30m or PT1H30M")
    return f"PT{seconds:.6f}".rstrip("0").rstrip(".") + "S"


def iso_instant(instant: datetime) -> str:
    """Return the text of an instant. Raises ``ValueError`` for one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; say for example tzinfo=datetime.UTC")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
