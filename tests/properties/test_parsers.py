"""Files and expressions that callers send: whatever they are, they are read or refused with a problem.

Each is a good one that was edited, or rubbish.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from astra.api.problems import ApiProblem
from hooks.matching import TEXTS, bad_expressions, containers_of, matching
from identity.actions.credentials import check_key_store
from identity.models.credentials import KeyType
from identity.resources.certificates import read_certificate
from installation.licences import licence_file
from tests.installation.making import SAID
from tests.properties.fuzzing import fuzzed

CA = trustme.CA(key_type=trustme.KeyType.ECDSA)
CERTIFICATE = CA.cert_pem.bytes()
KEY = CA.private_key_pem.bytes()
LICENCE = json.dumps(SAID).encode()
KUBECONFIG = b"""
apiVersion: v1
kind: Config
clusters:
  - name: &name east
    cluster: {server: "https://east.example.com:6443"}
users: [{name: *name, user: {token: "x"}}]
"""
# What ends, opens or repeats something in one of the formats.
SPLINTERS = st.one_of(
    st.sampled_from(b'---\n|&a [*a]|*name|!!python/object|<<: |{|[|"|\0|\xff|: |1e999'.split(b"|")),
    st.sampled_from([b"-----BEGIN CERTIFICATE-----", b"-----END", b"ENCRYPTED", b"\r\n"]),
    st.binary(max_size=8),
)


def edited(good: bytes) -> st.SearchStrategy[bytes]:
    """Rubbish, or what is good with a part cut out, a splinter in its place."""
    places = st.tuples(st.integers(0, len(good)), st.integers(0, len(good))).map(sorted)
    changed = st.builds(
        lambda cut, splinter, count: good[: cut[0]] + splinter * count + good[cut[1] :],
        places,
        SPLINTERS,
        st.sampled_from([0, 1, 1, 1, 40]),
    )
    return st.one_of(changed, st.binary(max_size=100), st.just(good))


PARSERS: dict[str, tuple[bytes, Callable[[str], Any], tuple[int, ...]]] = {
    "certificate": (CERTIFICATE, read_certificate, (9,)),
    "licence": (LICENCE, licence_file, (9, 20, 169)),
}


@pytest.mark.parametrize("what", PARSERS)
def test_a_file_is_read_or_refused(what: str) -> None:
    good, read, numbers = PARSERS[what]
    seen = set()

    @fuzzed
    @given(edited(good))
    def holds(content: bytes) -> None:
        try:
            read(base64.b64encode(content).decode())
        except ApiProblem as refused:
            assert refused.type.number in numbers
            assert not refused.fields or refused.fields[0].reason
            seen.add("refused")
        else:
            seen.add("read")

    holds()
    assert seen == {"read", "refused"}


@pytest.mark.parametrize(
    ("key_type", "part", "good"),
    [
        (KeyType.KUBECONFIG, "base64", KUBECONFIG),
        (KeyType.CERTIFICATE, "certificate", CERTIFICATE),
        (KeyType.PRIVATE_KEY, "privkey", KEY),
    ],
)
def test_a_part_of_a_credential_is_taken_or_refused(key_type: str, part: str, good: bytes) -> None:
    seen = set()

    @fuzzed
    @given(edited(good))
    def holds(content: bytes) -> None:
        refused = check_key_store(key_type, {part: base64.b64encode(content).decode()})
        assert [each.name for each in refused] in ([], [f"keyStore.{part}"])
        assert all(each.reason for each in refused)
        seen.add("refused" if refused else "taken")

    holds()
    assert seen == {"taken", "refused"}


# Expressions, and what some engines take exponential time for.
EXPRESSIONS = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "(a+)+$",
                "(a|a)*",
                "(.*)*",
                "a{1000}",
                "(a{9}){9}",
                "(?=a)",
                r"\1",
                "[",
                "(?i)",
                "\0",
                "|",
            ]
        ),
        max_size=6,
    ).map("".join),
)


def test_an_expression_is_held_against_containers_or_refused() -> None:
    containers = containers_of("a" * 63, ["a" * 63, "b"])
    seen = set()

    @fuzzed
    @given(st.sampled_from(sorted(TEXTS)), EXPRESSIONS)
    def holds(kind: str, expression: str) -> None:
        criteria = [{"type": kind, "value": expression}]
        if bad := list(bad_expressions(criteria)):
            ((index, reason),) = bad
            assert (index, bool(reason)) == (0, True)
            seen.add("refused")
        else:
            assert all(each in containers for each in matching(criteria, containers))
            seen.add("matched")

    holds()
    assert seen == {"matched", "refused"}
