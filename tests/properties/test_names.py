"""What counts as a name: our field against DNS-1123 spelled out by hand."""

import string

from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from astra.api.fields import DnsLabelField
from backups.models import App, Bucket
from tests.conftest import Api, invalid, number
from tests.properties.fuzzing import fuzzed

ALPHANUMERIC = set(string.ascii_lowercase + string.digits)
# Mostly what a label may have, and its nearest neighbours.
near_labels = st.text(
    st.sampled_from(
        string.ascii_lowercase + string.digits + "---AZ_. \n\0\N{LATIN SMALL LETTER SHARP S}"
    ),
    max_size=70,
)


def is_label(text: str) -> bool:
    """RFC 1123, section 2.1: letters, digits and hyphens, at most 63, no hyphen at either end."""
    return (
        1 <= len(text) <= 63
        and set(text) <= ALPHANUMERIC | {"-"}
        and text[0] in ALPHANUMERIC
        and text[-1] in ALPHANUMERIC
    )


def _is_accepted(text: str) -> bool:
    try:
        value = DnsLabelField().run_validation(text)
    except ValidationError:
        return False
    assert value == text
    return True


@fuzzed
@given(st.one_of(near_labels, st.text(max_size=70)))
@example("a" * 63)
@example("a" * 64)
@example("a\n")
@example("-a")
@example("\N{ARABIC-INDIC DIGIT ONE}")
def test_a_name_is_accepted_when_it_is_a_dns_label(text: str) -> None:
    assert _is_accepted(text) == is_label(text)


@fuzzed
@given(st.from_regex("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", fullmatch=True))
def test_every_dns_label_is_accepted(text: str) -> None:
    assert is_label(text)
    assert _is_accepted(text)


@fuzzed
@given(near_labels)
def test_a_create_takes_exactly_the_names_that_are_labels(
    api: Api, app: App, bucket: Bucket, text: str
) -> None:
    response = api.create_backup(app, name=text)
    if not is_label(text):
        assert (number(response), invalid(response)) == (8, ["name"])
    elif response.status_code != 201:
        assert number(response) == 143
