"""The control surface: a token of its own opens it."""

import dataclasses
import json
import stat
from pathlib import Path
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from astra.api.control import control_token
from tests import world
from tests.conftest import number

pytestmark = pytest.mark.django_db

PATH = "/simulator/v1/scenarios"


@pytest.fixture(autouse=True)
def options(settings: Any, tmp_path: Path) -> Any:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, data_dir=tmp_path, control_token="")
    return settings


def get(authorization: str | None, method: str = "GET", **headers: str) -> HttpResponse:
    sent = headers | ({} if authorization is None else {"Authorization": authorization})
    client = Client(raise_request_exception=False)
    response: object = client.generic(method, PATH, headers=sent)
    return cast(HttpResponse, response)


def test_its_token_is_made_once_and_kept_closed_to_others(tmp_path: Path, options: Any) -> None:
    token = control_token(options.ASTRA)
    kept = tmp_path / "control_token"
    assert len(token) >= 43
    assert kept.read_text() == f"{token}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert control_token(options.ASTRA) == token
    assert [path.name for path in tmp_path.iterdir()] == ["control_token"]


def test_its_token_opens_it(options: Any) -> None:
    response = get(f"bearer {control_token(options.ASTRA)} ")
    assert response.status_code == 200


def test_a_token_from_the_environment_is_the_one(tmp_path: Path, options: Any) -> None:
    options.ASTRA = dataclasses.replace(options.ASTRA, control_token="secret")
    assert get("Bearer secret").status_code == 200
    assert number(get("Bearer other")) == 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwdw=="])
def test_without_a_bearer_token_it_is_closed(authorization: str | None) -> None:
    response = get(authorization)
    assert number(response) == 3
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["wrong", "caf\u00e9", "x" * 5000])
def test_another_token_does_not_open_it(token: str) -> None:
    assert number(get(f"Bearer {token}")) == 4


def test_a_token_of_an_owner_does_not_open_it() -> None:
    token = world.make_token(world.make_user(world.make_account()))
    assert number(get(f"Bearer {token}")) == 4


def test_switched_off_it_is_not_there(options: Any) -> None:
    token = control_token(options.ASTRA)
    options.ASTRA = dataclasses.replace(options.ASTRA, control=False)
    assert number(get(f"Bearer {token}")) == 2
    refused = get(None)
    assert number(refused) == 2
    assert "ASTRA_CONTROL" in json.loads(refused.content)["detail"]
    health = Client().get("/simulator/v1/health")
    assert health.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
def test_other_methods_are_refused(options: Any, method: str) -> None:
    response = get(f"Bearer {control_token(options.ASTRA)}", method)
    assert number(response) == 69
    assert response["Allow"] == "GET, HEAD"


def test_what_fails_unexpectedly_is_a_problem_without_a_trace(
    options: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("secret reason")

    monkeypatch.setattr("astra.scenarios.views.library", fail)
    response = get(f"Bearer {control_token(options.ASTRA)}")
    assert number(response) == 34
    assert b"secret reason" not in response.content


def test_head_is_as_get(options: Any) -> None:
    response = get(f"Bearer {control_token(options.ASTRA)}", "HEAD")
    assert response.status_code == 200
    assert json.loads(response.content or "{}") == {}
