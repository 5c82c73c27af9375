"""Log lines as JSON: of requests, and of what is said while one is under way."""

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.test.client import ClientHandler

from astra.api.logs import json_formatter
from astra.api.options import OptionError, Options
from astra.settings import _LINES
from backups.models import App, Bucket
from tests import conftest
from tests.conftest import Api

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What is logged, with the middleware that a service has whose logs are JSON."""
    settings.MIDDLEWARE = ["astra.server.request_log.RequestLog", *settings.MIDDLEWARE]
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    monkeypatch.setattr(conftest, "_handler", lambda: handler)
    written = logging.StreamHandler(StringIO())
    written.setFormatter(json_formatter())
    logger = logging.getLogger("astra")
    monkeypatch.setattr(logger, "level", logging.INFO)
    logger.addHandler(written)
    yield lambda: [json.loads(line) for line in written.stream.getvalue().splitlines()]
    logger.removeHandler(written)


def test_a_refusal_is_found_by_its_correlation_id(
    api: Api, app: App, bucket: Bucket, lines: Lines
) -> None:
    refused = json.loads(api.create_backup(app, name="NO").content)
    (line,) = lines()
    assert line.pop("duration_milliseconds") > 0
    assert line.pop("timestamp").endswith("Z")
    assert len(line.pop("request_id")) == 16
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "astra.requests",
        "account": str(api.account.id),
        "method": "POST",
        "path": f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups",
        "operation": "appBackup.create",
        "status": 400,
        "problem": 8,
        "correlation_id": refused["correlationID"],
    }


def test_what_is_said_meanwhile_is_about_the_same_request(
    api: Api, app: App, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr("backups.views.app_backup_of_body", fail, raising=False)
    monkeypatch.setattr("backups.actions.app_backups.app_backup_of_body", fail)
    monkeypatch.setattr("astra.api.views.ApiView.parse", fail)
    assert api.create_backup(app).status_code == 500
    said, request = lines()
    assert (said["event"], said["level"]) == ("unexpected failure", "error")
    assert said["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert said["account"] == request["account"] == str(api.account.id)
    assert said["request_id"] == request["request_id"]
    assert request["status"] == 500


def test_a_request_without_an_account_has_none(lines: Lines, api: Api) -> None:
    api.call("GET", "/simulator/v1/health", root=True)
    (line,) = lines()
    assert "account" not in line
    assert "problem" not in line


def test_the_setting_makes_json_of_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRA_LOG_FORMAT", "json")
    form = _LINES[Options().log_format]
    formatter = logging.config.DictConfigurator({}).configure_formatter(form)
    record = logging.LogRecord("any", logging.WARNING, "", 0, "%s", ("said",), None)
    written = json.loads(formatter.format(record))
    assert (written["event"], written["level"], written["logger"]) == ("said", "warning", "any")
    monkeypatch.setenv("ASTRA_LOG_FORMAT", "xml")
    with pytest.raises(OptionError, match="it takes text or json"):
        Options()


def test_it_is_off_where_nothing_is_said(settings: Any) -> None:
    assert settings.ASTRA.log_format == "text"
    assert not any("request_log" in name for name in settings.MIDDLEWARE)


def test_an_unknown_host_costs_one_line(caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/admin/", "/admin/login/", "/api/docs/", "/"):
        caplog.clear()
        answer = Client(raise_request_exception=False).get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        (record,) = caplog.records
        assert record.getMessage().startswith("Invalid HTTP_HOST header: 'evil.example'.")
        assert record.exc_info is None
