"""A call of the API waits for the database so long and no longer; then it is 503, never 500."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.utils import InternalError
from django.http import HttpRequest

from astra.accounts.models import Account
from astra.api import waits
from astra.api.handler import translate
from astra.api.problems import SERVICE_UNAVAILABLE
from astra.database.patience import seconds_left, within
from astra.engine.settling import lock_account
from backups.models import App, AppBackup, Bucket
from tests.conftest import Api, number
from tests.control import Control
from tests.threads import at_once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "call",
    [
        lambda api, app: api.create_backup(app),
        lambda api, app: api.post(
            f"k8s/v1/apps/{app.id}/appSnaps",
            {"type": "application/astra-appSnap", "version": "1.2"},
        ),
    ],
    ids=["a backup", "a snapshot"],
)
def test_a_call_on_a_locked_account_is_refused_in_time_and_leaves_nothing(
    api: Api, app: App, bucket: Bucket, settings: Any, call: Callable[[Api, App], Any]
) -> None:
    """As a reset or a restore has it locked."""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, call_seconds=0.2)
    with transaction.atomic():
        Account.objects.select_for_update().get(id=app.account_id)
        (answer,) = at_once([lambda: call(api, app)])
    assert (number(answer), answer["Retry-After"]) == (24, "1")
    assert not AppBackup.objects.exists()
    settings.ASTRA = dataclasses.replace(settings.ASTRA, call_seconds=10.0)
    assert call(api, app).status_code == 201


def test_the_seconds_of_a_delay_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "pause", lambda seconds: None)
    monkeypatch.setattr(waits, "release", lambda: None)
    with within(10):
        waits.wait(HttpRequest(), 100, memory=None)
        left = seconds_left()
    assert left is not None
    assert left > 100


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (OperationalError, psycopg.errors.DiskFull),
        (InternalError, psycopg.errors.ReadOnlySqlTransaction),
        (OperationalError, psycopg.errors.QueryCanceled),
        (OperationalError, psycopg.errors.LockNotAvailable),
        (OperationalError, psycopg.errors.OutOfMemory),
        (OperationalError, psycopg.errors.DeadlockDetected),
    ],
)
def test_what_a_database_cannot_do_now_is_503(
    kind: type[Exception], cause: type[Exception]
) -> None:
    error = kind("not now")
    error.__cause__ = cause("not now")
    problem = translate(error)
    assert problem.type == SERVICE_UNAVAILABLE
    assert problem.headers == {"Retry-After": "1"}


@pytest.mark.django_db(transaction=True)
def test_so_is_a_look_of_the_control_surface(control: Control, settings: Any) -> None:
    """As where the database hangs; then the metrics say so."""
    settings.ASTRA = dataclasses.replace(settings.ASTRA, call_seconds=0.2)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_account, webhooks_delivery IN ACCESS EXCLUSIVE MODE")
        accounts, metrics = at_once(
            [lambda: control.get("accounts"), lambda: control.get("metrics")]
        )
    assert (number(accounts), accounts["Retry-After"]) == (24, "1")
    assert b"\nastra_database_up 0.0" in metrics.content


@pytest.mark.django_db(transaction=True)
def test_what_writes_there_waits_for_a_locked_account_so_long_and_leaves_nothing(
    control: Control, account: Account, settings: Any, sessions_made_anew: None
) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, control_seconds=0.2)
    path = f"accounts/{account.id}"
    calls = [
        lambda: control.delete(path),
        lambda: control.put(f"{path}/clock", {"mode": "real"}),
        lambda: control.post(f"{path}/clock/advance", {"by": "PT1H"}),
        lambda: control.put(f"{path}/webhook", {"url": "http://example.com/"}),
        lambda: control.post("reset", {"all": True}),
    ]
    with transaction.atomic():
        lock_account(account.id)
        Account.objects.select_for_update().get(id=account.id)
        answers = at_once(calls)
    assert [(number(answer), answer["Retry-After"]) for answer in answers] == [(24, "1")] * 5
    assert Account.objects.get(id=account.id).now() == account.now()


@pytest.fixture
def sessions_made_anew() -> Iterator[None]:
    """What is set in a session stays there."""
    yield
    pool: Any = connection.pool  # type: ignore[attr-defined]
    pool.check()
