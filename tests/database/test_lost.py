"""A session that the server ends, at whichever statement of a call: one 503, then all is well."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from astra.database.sessions import Session
from backups.models import App, Bucket
from tests.conftest import Api, number

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = [
    (
        "POST",
        "k8s/v1/apps/{app}/appBackups",
        {"type": "application/astra-appBackup", "version": "1.1"},
    ),
    ("POST", "k8s/v1/apps/{app}/appSnaps", {"type": "application/astra-appSnap", "version": "1.2"}),
    ("GET", "k8s/v1/apps/{app}/appBackups", None),
    ("GET", "topology/v1/buckets/{bucket}", None),
    ("DELETE", "topology/v1/buckets/{bucket}", None),
]


@contextmanager
def ended_before(statement: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Have the server end the session of whoever asks for that many statements, just before it."""
    asked = [0]
    admin = psycopg.connect(settings_url(), autocommit=True)

    def counted(session: Session, ask: Any, *arguments: Any, **options: Any) -> Any:
        asked[0] += 1
        if asked[0] == statement:
            pid = session.info.backend_pid
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return ask(session, *arguments, **options)

    for name in ("_ask", "wait"):
        ask = getattr(Session, name)
        monkeypatch.setattr(
            Session,
            name,
            lambda session, *arguments, ask=ask, **options: counted(
                session, ask, *arguments, **options
            ),
        )
    try:
        yield asked
    finally:
        monkeypatch.undo()
        admin.close()


def settings_url() -> str:
    chosen: Any = connections["default"].settings_dict
    return psycopg.conninfo.make_conninfo(
        host=chosen["HOST"], dbname=chosen["NAME"], user=chosen["USER"], port=chosen["PORT"] or None
    )


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_lost_session_is_a_503_and_nothing_after_it_fails(
    api: Api,
    app: App,
    bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    body: Any,
) -> None:
    """Under a manual clock, so that even the refusal's own id is drawn from the database."""
    path = path.format(app=app.id, bucket=bucket.id)
    connection.close()
    for statement in itertools.count(1):
        with ended_before(statement, monkeypatch) as asked:
            answer = api.call(method, path, body)
        connection.close()
        assert answer.status_code in (200, 201, 204) or number(answer) == 24
        assert api.get("").status_code == 200
        if asked[0] < statement or answer.status_code == 204:
            break
