"""users: what `filter` and `orderBy` may name, and what they compare."""

from typing import Any
from urllib.parse import quote

import pytest

from tests import world
from tests.conftest import Api
from tests.identity.test_users import ADDRESS, LABELS, USERS

MATCHES = [
    ("email eq 'ada@example.com'", "a"),
    ("email gt 'b'", "bc"),
    ("firstName eq 'Ada'", "a"),
    ("firstName lt 'B'", "abc"),
    ("companyName gte ' '", "b"),
    ("companyName eq 'Acme'", "b"),
    ("phone in '1,2'", "b"),
    ("authProvider eq 'ldap'", "c"),
    ("authID gte ' '", "b"),
    ("state eq 'suspended'", "c"),
    ("isEnabled eq 'false'", "c"),
    ("sendWelcomeEmail eq 'true'", "b"),
    ("postalAddress.addressCountry eq 'US'", "a"),
    ("enableTimestamp gt '2026-01-05T12:00:00Z'", "b"),
    ("version in '1.0,1.1'", "c"),
    ("metadata.labels[*].value eq 'a'", "b"),
    ("type eq 'application/astra-user'", "abc"),
]


@pytest.fixture
def three(api: Api) -> dict[str, str]:
    """Three users beside the owner, of ascending ids; their letters by id."""
    rows: dict[str, dict[str, Any]] = {
        "a": {"email": "ada@example.com", "first_name": "Ada", "postal_address": ADDRESS},
        "b": {
            "email": "bob@example.com",
            "company_name": "Acme",
            "phone": "2",
            "auth_id": "cn=b",
            "send_welcome_email": True,
            "enabled_at": world.START,
            "labels": LABELS,
        },
        "c": {
            "email": "cyd@example.com",
            "auth_provider": "ldap",
            "state": "suspended",
            "is_enabled": False,
            "version": "1.0",
        },
    }
    ids = {letter: f"{letter * 8}-0000-4000-8000-000000000000" for letter in rows}
    for letter, values in rows.items():
        world.make_user(api.account, None, id=ids[letter], **values)
    return {identifier: letter for letter, identifier in ids.items()}


@pytest.mark.parametrize(("condition", "expected"), MATCHES)
def test_users_are_filtered(api: Api, three: dict[str, str], condition: str, expected: str) -> None:
    items = api.read(f"{USERS}?filter={quote(condition)}")["items"]
    found = {item["id"] for item in items} - {str(api.user_id)}
    assert "".join(sorted(three[identifier] for identifier in found)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("email", "abc"),
        ("email desc", "cba"),
        ("state desc", "cab"),
        ("companyName", "bac"),
        ("authProvider", "cab"),
        ("enableTimestamp desc", "bac"),
        ("isEnabled", "cab"),
    ],
)
def test_users_are_ordered(api: Api, three: dict[str, str], order: str, expected: str) -> None:
    condition = "email in 'ada@example.com,bob@example.com,cyd@example.com'"
    items = api.read(f"{USERS}?orderBy={quote(order)}&filter={quote(condition)}")["items"]
    assert "".join(three[item["id"]] for item in items) == expected
