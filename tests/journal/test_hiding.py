"""Secrets are never in the journal."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra.accounts.models import Token, User
from astra.accounts.tokens import issue_token
from astra.api.statements import fetch
from astra.journal.calls import BODY_MOST_BYTES
from astra.journal.draining import drain
from astra.journal.hiding import (
    HIDDEN,
    is_secret,
    query_without_secrets,
    without_secrets,
)
from astra.journal.spool import spool
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api
from tests.journal.conftest import Journal

SECRET = "s3cr3t-value"


def rows_of_the_journal() -> str:
    """Every column of every row, and every line that became one, as one text."""
    files = spool()
    lines = [files.read(name, 0).decode() for name in files.sizes()]
    assert lines
    drain()
    rows = fetch("SELECT entry::text FROM journal_journalentry AS entry")
    return "\n".join([*lines, *(row for (row,) in rows)])


def test_the_token_of_a_call_is_nowhere_whatever_it_is_put_into(
    api: Api, app: App, bucket: Bucket, journal: Journal
) -> None:
    token = api.token or ""
    backups = f"k8s/v1/apps/{app.id}/appBackups"
    api.create_backup(app, name="one")
    api.create_backup(app, name=token)
    api.create_backup(app, metadata={"labels": [{"name": token, "value": token}]})
    api.get(f"{backups}?{quote(token, safe='')}={quote(token, safe='')}")
    api.get(f"{backups}?filter=name eq '{token}'")
    api.get(f"nowhere/{quote(token, safe='')}/{token}")
    api.get(backups, User_Agent=f"agent {token}", Accept=token, If_Match=token, Cookie=token)
    api.get(backups, Authorization=f"bearer   {token}  ")
    api.get(backups, Authorization=f"Basic {token}")
    api.call("POST", backups, f"not json {token}")
    api.call("POST", backups, "x" * (BODY_MOST_BYTES - 10) + token)
    api.call("PUT", f"{backups}/{world.some_id()}", {"token": token, "name": token})
    user = f"core/v1/users/{api.user_id}/tokens"
    created = api.post(user, {"type": "application/astra-token", "version": "1.0", "name": "ci"})
    shown = json.loads(created.content)["token"]
    other = Api(api.account, shown)
    other.get(backups)
    other.get(user)
    assert len(journal.all()) == 15
    stored = rows_of_the_journal()
    assert "application/astra-token" in stored
    for secret in (token, shown):
        for spelling in (secret, quote(secret, safe=""), secret[:20]):
            assert spelling not in stored


def test_the_answer_that_shows_a_token_hides_it(api: Api, journal: Journal) -> None:
    body = {"type": "application/astra-token", "version": "1.0", "name": "ci"}
    response = api.post(f"core/v1/users/{api.user_id}/tokens", body)
    shown = json.loads(response.content)
    assert journal.last()["responseBody"] == shown | {"token": HIDDEN}


def test_a_credential_that_nothing_asks_for_is_hidden(api: Api, journal: Journal) -> None:
    body = {"name": "aws", "keyStore": {"accessKey": SECRET, "secretKey": SECRET}}
    api.post("core/v1/credentials", body)
    assert journal.last()["requestBody"] == {"name": "aws", "keyStore": HIDDEN}
    api.call("POST", "core/v1/credentials", f"accessKey={SECRET}&secretKey={SECRET}")
    assert journal.last()["requestBody"] == HIDDEN
    api.get(f"nowhere?password={SECRET}&x=y%20z&token")
    assert journal.last()["query"] == "password=***&x=y+z&token=***"
    api.get(f"nowhere?passwords={SECRET}&url=https%3A%2F%2Fme:{SECRET}%40host")
    assert journal.last()["query"] == "passwords=***&url=https%3A%2F%2Fme%3A***%40host"
    assert SECRET not in rows_of_the_journal()


@pytest.mark.parametrize(
    "name",
    ["token", "accessToken", "PASSWORD", "bindPassword", "secret", "client_secret", "keyStore",
     "access-key", "SecretKey", "private_key", "Authorization", "Cookie", "Set-Cookie", "pwd",
     "dbPwd", "credential", "aws_credentials", "pass", "dbPass", "db_pass", "bindPW", "passcode",
     "client-key-data", "bearer", "password1", "authToken2"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["name", "credentialID", "authProvider", "tokens", "keyType", "continue", "secretName", "bypass",
     "Compass", "key", "tokenID", "passed"],
)  # fmt: skip
def test_names_of_what_is_no_secret(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"name": "token"}', '{"name": "token"}'),
        ('{"key": "a", "credentialID": "b"}', '{"key": "a", "credentialID": "b"}'),
        ('{"a": [{"password": 1}]}', '{"a":[{"password":"***"}]}'),
        (r'{"tok\u0065n": "x"}', '{"token":"***"}'),
        ('{"passwords": ["x"], "secrets": {"a": "x"}}', '{"passwords":"***","secrets":"***"}'),
        ('{"tokens": [{"name": "ci", "token": "x"}]}', '{"tokens":[{"name":"ci","token":"***"}]}'),
        ('{"tokens": [{"name": "ci"}]}', '{"tokens": [{"name": "ci"}]}'),
        ('[{"name": "a-token", "value": "x"}]', '[{"name":"a-token","value":"***"}]'),
        ('{"key": "pwd", "value": {"a": "x"}}', '{"key":"pwd","value":"***"}'),
        ('[{"name": "tier", "value": "token"}]', '[{"name": "tier", "value": "token"}]'),
        (r'{"data": " {\"password\": \"x\"}"}', r'{"data":"{\"password\":\"***\"}"}'),
        (r'"{\"a\": \"[{\\\"pwd\\\": 1}]\"}"', r'"{\"a\":\"[{\\\"pwd\\\":\\\"***\\\"}]\"}"'),
        (r'["{\"password\": \"cut"]', '["***"]'),
        (r'["{\"tier\": \"token\"}"]', r'["{\"tier\": \"token\"}"]'),
        ('{"url": "https://me:x@host/"}', '{"url": "https://me:***@host/"}'),
        (r'{"url": "https:\/\/me:x@host"}', r'{"url": "https:\/\/me:***@host"}'),
        ("at postgresql://:x@host:5432/db", "at postgresql://:***@host:5432/db"),
        ("https://host:80/?to=me@example.com", "https://host:80/?to=me@example.com"),
        ('{"token": "cut', HIDDEN),
        (r'{"tok\u0065n": "cut', HIDDEN),
        ('a "secret" that is told in prose', 'a "secret" that is told in prose'),
        ("password : x", HIDDEN),
        ("user=me&pwd=x", HIDDEN),
        ("user=me&my%5Bpass%77ord%5D=x", HIDDEN),
        ("user[password]=x", HIDDEN),
        ("grant=credentials", "grant=credentials"),
        ('--a\r\nContent-Disposition: form-data; name="pwd"\r\n\r\nx\r\n--a--', HIDDEN),
        ("<user><name>me</name><ns:password>x</ns:password></user>", HIDDEN),
        ("<user><pwd lang='en'\n>x", HIDDEN),
        ('<user name="me" secret="x"/>', HIDDEN),
        ('<parameter name="api-key" value="x"/>', HIDDEN),
        ('<x key="password" value="x"/>', HIDDEN),
        ("<entry><name>password</name> <v:value>x", HIDDEN),
        ("tokens: [x]", HIDDEN),
        ("<user><name>token</name></user>", "<user><name>token</name></user>"),
        (r"pass\u0077ord: x", HIDDEN),
        (r"{\"token\": \"x", HIDDEN),
        (r"\u0041" * 20_000, r"\u0041" * 20_000),
        (
            b"[" * 1000 + b'{"token":1}' + b"]" * 1000,
            HIDDEN.encode(),
        ),
        ("", ""),
    ],
)
def test_bodies(body: Any, kept: Any) -> None:
    text = body.decode() if isinstance(body, bytes) else body
    assert without_secrets(text, "") == (kept.decode() if isinstance(kept, bytes) else kept)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "token", "x-secret", "Password", "keys", "b"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def members(document: Any) -> list[tuple[str, Any]]:
    if isinstance(document, list):
        return [pair for each in document for pair in members(each)]
    if isinstance(document, dict):
        return [*document.items(), *(pair for each in document.values() for pair in members(each))]
    return []


@given(JSON)
def test_whatever_stands_under_such_a_name_is_hidden_and_all_else_kept(document: Any) -> None:
    hidden = orjson.loads(without_secrets(orjson.dumps(document).decode(), ""))
    found = members(hidden)
    assert all(value == HIDDEN for name, value in found if is_secret(name))
    plain = [pair for pair in found if not is_secret(pair[0])]
    assert len(plain) <= len(members(document))
    if not any(is_secret(name) for name, _ in members(document)):
        assert hidden == document


@given(st.lists(st.tuples(st.sampled_from(["token", "name", "secret"]), st.text(max_size=5))))
def test_queries(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    shown = parse_qsl(query_without_secrets(query, "some-token"), keep_blank_values=True)
    assert shown == [(name, HIDDEN if is_secret(name) else value) for name, value in pairs]
    if not any(is_secret(name) for name, _ in pairs):
        assert query_without_secrets(query, "some-token") == query


def test_a_token_that_was_revoked_is_hidden_too(api: Api, journal: Journal) -> None:
    user = User.objects.get(id=api.user_id)
    _, clear = issue_token(user=user, name="short-lived", now=world.START)
    Token.objects.filter(name="short-lived").delete()
    Api(api.account, clear).call("GET", f"topology/v1/buckets?x={clear}")
    assert journal.last()["problem"] == 4
    assert clear not in rows_of_the_journal()
