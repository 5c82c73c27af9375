"""A line on the console for each call, where that is a terminal."""

import re
from typing import Any

import pytest
from django.test.client import ClientHandler

from astra.api.options import Options
from backups.models import App, Bucket
from tests import conftest
from tests.conftest import Api

MIDDLEWARE = "astra.server.console.RequestLines"


@pytest.fixture
def lines(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    settings.MIDDLEWARE = [MIDDLEWARE, *settings.MIDDLEWARE]
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    monkeypatch.setattr(conftest, "_handler", lambda: handler)
    return lambda: capsys.readouterr().out.splitlines()


def test_each_call_has_a_line(api: Api, app: App, bucket: Bucket, lines: Any) -> None:
    path = f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups"
    assert api.get(f"k8s/v1/apps/{app.id}/appBackups?limit=1").status_code == 200
    assert api.create_backup(app, name="NO").status_code == 400
    listed, refused = lines()
    assert re.fullmatch(rf"\d\d:\d\d:\d\d GET {path}\?limit=1 200 \d+\.\d ms", listed)
    assert re.fullmatch(rf"\d\d:\d\d:\d\d POST {path} 400 \(problem 8\) \d+\.\d ms", refused)


def test_what_is_asked_again_and_again_has_none(api: Api, lines: Any) -> None:
    api.call("GET", "/simulator/v1/health", root=True)
    api.call("GET", "/admin/login/", root=True)
    assert lines() == []


@pytest.mark.parametrize(
    ("variables", "is_terminal", "has_lines"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"ASTRA_REQUEST_LINES": "off"}, True, False),
        ({"ASTRA_REQUEST_LINES": "on"}, False, True),
        # Those lines are objects, and there already.
        ({"ASTRA_LOG_FORMAT": "json"}, True, False),
    ],
)
def test_the_setting_says_whether_there_are_lines(
    variables: dict[str, str],
    is_terminal: bool,
    has_lines: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert Options().has_request_lines is has_lines
