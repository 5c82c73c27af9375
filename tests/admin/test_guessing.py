"""Whoever guesses the password gets so far and no further, and keeps nobody else out."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User as Administrator
from django.core.cache import cache
from django.test import Client

from astra.adminsite import guessing
from astra.api.turns import Turns

LOGIN = "/admin/login/"
PASSWORD = "correct horse"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _administrator() -> None:
    Administrator.objects.create_superuser("admin", password=PASSWORD)


def tried(password: str, address: str = "10.0.0.1") -> int:
    sent = {"username": "admin", "password": password}
    return Client().post(LOGIN, sent, REMOTE_ADDR=address).status_code


def test_an_address_that_was_wrong_too_often_is_refused_and_the_others_are_not() -> None:
    assert {tried("wrong") for _ in range(guessing.MOST_WRONG)} == {200}
    assert tried(PASSWORD) == 429
    assert tried(PASSWORD, "10.0.0.2") == 302
    answer = Client().post(LOGIN, REMOTE_ADDR="10.0.0.1")
    assert answer["Retry-After"] == str(guessing.SECONDS)
    assert Client().get(LOGIN, REMOTE_ADDR="10.0.0.1").status_code == 200


def test_the_right_password_counts_for_nothing() -> None:
    assert {tried(PASSWORD) for _ in range(guessing.MOST_WRONG + 1)} == {302}


def test_where_too_many_wait_to_be_looked_at_a_password_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = Turns(most=1, most_waiting=0)
    monkeypatch.setattr(guessing, "_turns", turns)
    with turns.turn(None):
        assert tried(PASSWORD) == 429
    assert tried(PASSWORD) == 302
