"""Who was logged in to the admin site is forgotten once that has expired."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User as Administrator
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from astra.api.clock import clock_set_to, monotonic_seconds
from astra.engine import logins
from astra.engine.worker import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> Administrator:
    return Administrator.objects.create_superuser("ada")


def log_in(person: Administrator, *, ended: timedelta | None = None) -> Client:
    client = Client()
    client.force_login(person)
    if ended is not None:
        row = Session.objects.filter(session_key=client.session.session_key)
        row.update(expire_date=timezone.now() - ended)
    return client


def test_the_worker_forgets_who_was_logged_in(ada: Administrator) -> None:
    there = log_in(ada)
    worker, now = Worker(lambda seconds: False), monotonic_seconds()
    for hours in (3, 2, 1):
        for minutes in (1, 2):
            log_in(ada, ended=timedelta(hours=hours, minutes=minutes))
        now += logins.INTERVAL_SECONDS
        with clock_set_to(seconds=lambda at=now: at):  # type: ignore[misc]
            assert (worker.trim(), worker.trim()) == (2, 0)
    assert there.get("/admin/").status_code == 200
    assert Session.objects.count() == 1


def test_by_a_lot_at_a_time() -> None:
    ended = timezone.now() - timedelta(days=1)
    Session.objects.bulk_create(
        Session(session_key=f"key-{number}", session_data="", expire_date=ended)
        for number in range(logins.LOT + 2)
    )
    worker = Worker(lambda seconds: False)
    assert (worker.trim(), worker.is_behind) == (logins.LOT, True)
    assert (worker.trim(), worker.is_behind) == (2, False)
