"""`GET /simulator/v1/ready`: 200 once everything is there, else 503 with the reasons."""

import dataclasses
import json
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError
from django.test import Client

from astra.scenarios.models import SeededScenario
from astra.server import health
from tests import world
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

NO_WORKER = "No lifecycle worker is alive."


@pytest.fixture
def _alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "worker_is_alive", lambda: True)


def ask(settings: Any, start_scenario: str) -> tuple[int, list[str]]:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, start_scenario=start_scenario)
    response = Client().get("/simulator/v1/ready")
    return response.status_code, json.loads(response.content)["reasons"]


@pytest.mark.usefixtures("_alive")
def test_it_is_ready_once_the_start_scenario_is_loaded(settings: Any) -> None:
    assert ask(settings, "demo") == (503, ["The scenario demo is not seeded."])
    seeded.load("demo")
    assert ask(settings, "demo") == (200, [])


@pytest.mark.usefixtures("_alive")
def test_it_is_ready_without_a_start_scenario(settings: Any) -> None:
    assert ask(settings, "") == (200, [])


@pytest.mark.usefixtures("_alive")
@pytest.mark.parametrize("start_scenario", ["demo", "/data/my-own.yaml"])
def test_a_database_that_is_not_empty_waits_for_no_scenario(
    settings: Any, start_scenario: str
) -> None:
    # Only an empty database gets the start scenario.
    world.make_account()
    assert not SeededScenario.objects.exists()
    assert ask(settings, start_scenario) == (200, [])


def test_all_reasons_are_told(settings: Any) -> None:
    status, reasons = ask(settings, "demo")
    assert status == 503
    assert reasons == ["The scenario demo is not seeded.", NO_WORKER]


def test_it_says_when_to_ask_again() -> None:
    response = Client().get("/simulator/v1/ready")
    assert response.status_code == 503
    assert response["Retry-After"] == "1"


def test_a_database_out_of_reach_is_a_reason(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "MigrationExecutor", fail)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert ask(settings, "demo") == (503, ["The database does not answer."])


def test_missing_migrations_are_a_reason(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["0001"])
    assert ask(settings, "demo") == (503, ["Migrations are missing."])
