"""Durations, sizes and instants as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from astra.api.quantities import parse_duration, parse_instant, parse_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d2h", timedelta(days=3, hours=2)),
        ("90s", timedelta(seconds=90)),
        ("1.5h", timedelta(minutes=90)),
        ("2w", timedelta(days=14)),
        ("250ms", timedelta(milliseconds=250)),
        ("5m", timedelta(minutes=5)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(days=14)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("0s", timedelta()),
    ],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "3", "d", "3 d", "P", "PT", "P1Y", "P1M", "-1d", "1d\n", "3D", "PT1H2", "1000y"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration such as 3d2h, 90s or PT1H30M"):
        parse_duration(text)


def test_a_duration_has_an_end() -> None:
    with pytest.raises(ValueError, match="is longer than a thousand years"):
        parse_duration("9" * 400 + "d")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (123, 123),
        ("4GiB", 4 * 1024**3),
        ("250 MB", 250_000_000),
        ("1.5KiB", 1536),
        ("7B", 7),
        ("2PiB", 2 * 1024**5),
        ("3kB", 3000),
    ],
)
def test_sizes(value: str | int, expected: int) -> None:
    assert parse_size(value) == expected


@pytest.mark.parametrize("text", ["", "4", "4 gib", "GiB", "-1GiB", "4GiB\n", "4  GiB", "1KB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size such as 4GiB, 250 MB or a number of bytes"):
        parse_size(text)


@pytest.mark.parametrize("value", [2**53 + 1, "9PiB", "99999999999PiB"])
def test_a_size_has_an_end(value: str | int) -> None:
    with pytest.raises(ValueError, match="is more than 9007199254740992 bytes"):
        parse_size(value)


def test_instants_are_read_as_utc() -> None:
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert parse_instant("2026-01-05T12:00:00Z") == noon
    assert parse_instant("2026-01-05T14:00:00+02:00") == noon
    assert parse_instant("2026-01-05T12:00:00.123456Z").microsecond == 123456


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-01-05T12:00:00", "time zone"),
        ("yesterday", "Invalid isoformat"),
        ("9000-01-01T00:00:00.000001Z", "is later than 9000-01-01, where time ends"),
        ("9999-12-31T23:59:59-12:00", "is later than 9000-01-01, where time ends"),
        ("0001-01-01T00:00:00+12:00", "lies before the year 1"),
    ],
)
def test_what_is_no_instant(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_instant(text)
