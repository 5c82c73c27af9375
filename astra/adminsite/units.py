"""Sizes and spans of time as people read them."""

from datetime import timedelta

_BINARY_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def human_bytes(count: int) -> str:
    """Return a size in the largest binary unit that leaves it at 1 or more, for example `2.0 GiB`."""
    if count < 1024:
        return "1 byte" if count == 1 else f"{count} bytes"
    size, unit = float(count), 0
    # What would be rounded up to 1024.0 is 1.0 of the next unit.
    while size >= 1023.95 and unit < len(_BINARY_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_BINARY_UNITS[unit]}"


def human_number(count: int) -> str:
    """Return a number with thousands apart, for example `1,000,000`."""
    return f"{count:,}"


def human_span(span: timedelta) -> str:
    """Return a span in its two largest units, for example `2 min 5 s`; below ten seconds, tenths."""
    seconds = span.total_seconds()
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, whole = divmod(whole, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2])
