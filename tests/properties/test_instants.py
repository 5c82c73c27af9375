"""Instants and ids, as the API writes and reads them."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from astra.api.clock import timestamp
from astra.api.patterns import parse_identifier

ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=3, minutes=30))]
)
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(INSTANTS, st.booleans())
def test_an_instant_is_written_in_utc_to_the_microsecond(instant: datetime, is_whole: bool) -> None:
    if is_whole:
        instant = instant.replace(microsecond=0)
    assert timestamp(instant) == instant.astimezone(UTC).isoformat(timespec="microseconds").replace(
        "+00:00", "Z"
    )


@given(st.uuids(allow_nil=True), st.sampled_from(["", "\n", " ", "0"]))
def test_an_identifier_is_read_as_it_is_written(identifier: UUID, after: str) -> None:
    is_known = not identifier.int or str(identifier)[14] == "5" or identifier.version == 4
    assert parse_identifier(str(identifier)) == (identifier if is_known else None)
    assert parse_identifier(f"{identifier}{after}") == (
        None if after or not is_known else identifier
    )
    assert parse_identifier(identifier.hex) is None
