"""Durations and sizes as people write them: `3d2h`, `PT90S`, `4GiB`."""

import re
from datetime import UTC, datetime, timedelta

from astra.api.clock import LAST_INSTANT

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
# Written out, so that a JSON Schema can say the same.
SHORT_DURATION = rf"^(?:{_NUMBER}(?:ms|w|d|h|m|s))+$"
ISO_DURATION = (
    rf"^P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?$"
)
SIZE = rf"^{_NUMBER} ?(?:B|kB|MB|GB|TB|PB|KiB|MiB|GiB|TiB|PiB)$"

# Exact in JSON, and more than any store holds.
MAX_SIZE = 2**53

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {"B": 1} | {
    prefix + suffix: base ** (exponent + 1)
    for base, suffix, prefixes in ((1000, "B", "kMGTP"), (1024, "iB", "KMGTP"))
    for exponent, prefix in enumerate(prefixes)
}
_SHORT_PART = re.compile(rf"({_NUMBER})(ms|w|d|h|m|s)")
_ISO_PART = re.compile(rf"({_NUMBER})([WDHMS])")
_SIZE_PARTS = re.compile(rf"({_NUMBER}) ?([A-Za-z]+)")


def parse_duration(text: str) -> timedelta:
    """Return the length of `3d2h` or of an ISO 8601 duration without years and months.

    Raises ``ValueError`` for anything else, and for a duration of more than a thousand years.
    """
    if re.fullmatch(SHORT_DURATION, text):
        parts = _SHORT_PART.findall(text)
    elif re.fullmatch(ISO_DURATION, text):
        parts = [(number, unit.lower()) for number, unit in _ISO_PART.findall(text)]
    else:
        raise ValueError(f"{text!r} is no duration such as 3d2h, 90s or PT1H30M")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > 1000 * 366 * 86400:
        raise ValueError(f"{text!r} is longer than a thousand years")
    return timedelta(seconds=seconds)


def parse_size(value: str | int) -> int:
    """Return the bytes of `4GiB`, `1.5 MB` or a plain number. Raises ``ValueError``."""
    size = value if isinstance(value, int) else _read_size(value)
    if size > MAX_SIZE:
        raise ValueError(f"{value!r} is more than {MAX_SIZE} bytes")
    return size


def _read_size(value: str) -> int:
    if not re.fullmatch(SIZE, value):
        raise ValueError(f"{value!r} is no size such as 4GiB, 250 MB or a number of bytes")
    match = _SIZE_PARTS.fullmatch(value)
    assert match is not None
    factor: int = _BYTES[match[2]]
    return round(float(match[1]) * factor)


def parse_instant(text: str) -> datetime:
    """Return the instant of an ISO 8601 timestamp, in UTC.

    Raises ``ValueError``, also for an instant that no account's clock reaches.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} does not say its time zone; end it with Z")
    if instant > LAST_INSTANT:
        raise ValueError(f"{text!r} is later than {LAST_INSTANT:%Y-%m-%d}, where time ends")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies before the year 1") from None
