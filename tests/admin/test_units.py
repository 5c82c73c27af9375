"""Sizes and spans as people read them."""

from datetime import timedelta

import pytest
from django import forms

from astra.adminsite.forms import LabelsField, LinesField, SizeField
from astra.adminsite.units import human_bytes, human_span


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (2 * 1024**3, "2.0 GiB"),
        (5 * 1024**6, "5.0 EiB"),
        (5 * 1024**7, "5120.0 EiB"),
    ],
)
def test_a_size_is_told_in_the_largest_unit_that_fits(count: int, text: str) -> None:
    assert human_bytes(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (2.04, "2.0 s"),
        (9.96, "10 s"),
        (65, "1 min 5 s"),
        (3600, "1 h"),
        (90061, "1 d 1 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert human_span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10000", 10000),
        ("512 MiB", 512 * 1024**2),
        ("2GiB", 2 * 1024**3),
        ("1.5 kB", 1500),
    ],
)
def test_a_size_is_read_with_its_unit(text: str, count: int) -> None:
    assert SizeField().clean(text) == count


@pytest.mark.parametrize("text", ["much", "-1", "2 XB", "1 2", "9" * 17])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError, match=r"no size such as|more than"):
        SizeField().clean(text)


def test_an_empty_size_is_none_where_it_may_be() -> None:
    assert SizeField(required=False).clean("") is None


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (1000, "1000"),
        (2 * 1024**3, "2.0 GiB"),
        (2 * 1024**3 + 1, "2147483649"),
        ("x", "x"),
    ],
)
def test_a_stored_size_is_offered_so_that_it_stays_the_same(count: int, text: str) -> None:
    assert SizeField().prepare_value(count) == text


def test_labels_are_lines_of_name_and_value() -> None:
    labels = [{"name": "a", "value": "1=2"}, {"name": "b", "value": ""}]
    assert LabelsField().clean("a=1=2\r\n\n b ") == labels
    assert LabelsField().prepare_value(labels) == "a=1=2\nb="
    assert LabelsField().prepare_value("a=1") == "a=1"


def test_lines_are_what_is_not_empty() -> None:
    assert LinesField().clean("one\r\n\r\n two \n") == ["one", "two"]
    assert LinesField().prepare_value(["one", "two"]) == "one\ntwo"
    assert LinesField().prepare_value("one") == "one"
