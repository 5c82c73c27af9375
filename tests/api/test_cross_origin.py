"""Calls from pages of other origins, as `ASTRA_CORS_ORIGINS` lets them in.

Source: `docs/operations.md`, 'Pages of other origins'; the Fetch standard, 'HTTP-network-or-cache fetch'.
"""

import functools
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import override_settings

import astra
from astra.api.options import OptionError, Options
from astra.journal.models import JournalEntry
from tests.conftest import BACKUP, Api

APP_ORIGIN = "https://ui.example.org:8080"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@functools.cache
def _handler(origins: tuple[str, ...]) -> ClientHandler:
    middleware = ["astra.server.measuring.Measuring", "astra.api.cross_origin.CrossOrigin"]
    assert configured.MIDDLEWARE[0] == middleware[0]
    with override_settings(MIDDLEWARE=[*middleware, *configured.MIDDLEWARE[1:]]):
        handler = ClientHandler(enforce_csrf_checks=False)
        handler.load_middleware()
    return handler


def send(
    api: Api, method: str, path: str, *, origins: tuple[str, ...], body: Any = "", **headers: str
) -> HttpResponse:
    client = Client(raise_request_exception=False)
    client.handler = _handler(origins)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    any_origin = origins == ("*",)
    with override_settings(
        CORS_ALLOW_ALL_ORIGINS=any_origin, CORS_ALLOWED_ORIGINS=[] if any_origin else list(origins)
    ):
        answer: Any = client.generic(
            method, path, body, content_type="application/json", headers=sent
        )
    return answer  # type: ignore[no-any-return]


def words(answer: HttpResponse, header: str) -> set[str]:
    return {word.strip().lower() for word in answer[header].split(",")}


def collection(api: Api, app_id: object) -> str:
    return f"/accounts/{api.account.id}/k8s/v1/apps/{app_id}/appBackups"


def preflight(api: Api, path: str, origins: tuple[str, ...], **headers: str) -> HttpResponse:
    return send(api, "OPTIONS", path, origins=origins, **PREFLIGHT, **headers)


@pytest.mark.parametrize("origins", [(APP_ORIGIN,), ("https://other.example.org", APP_ORIGIN)])
def test_a_preflight_is_answered_without_a_token(
    api: Api, app: Any, origins: tuple[str, ...]
) -> None:
    answer = preflight(api, collection(api, app.id), origins, Origin=APP_ORIGIN)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Access-Control-Allow-Origin"] == APP_ORIGIN
    assert words(answer, "Access-Control-Allow-Methods") == {"get", "post", "put", "delete", "head"}
    assert words(answer, "Access-Control-Allow-Headers") >= {
        *("authorization", "content-type", "accept", "if-match", "force-delete", "forceupdate"),
    }
    assert answer["Access-Control-Max-Age"] == "600"
    assert answer["X-Astra-Simulator"] == astra.__version__
    assert "Access-Control-Allow-Credentials" not in answer
    # It is no call.
    assert not JournalEntry.objects.exists()


def test_a_page_may_read_where_the_new_resource_is_and_its_tag(
    api: Api, app: Any, bucket: Any
) -> None:
    answer = send(
        api,
        *("POST", collection(api, app.id)),
        origins=(APP_ORIGIN,),
        body='{"type": "application/astra-appBackup", "version": "1.1"}',
        Origin=APP_ORIGIN,
        Authorization=f"Bearer {api.token}",
    )
    assert answer.status_code == 201
    assert answer["Access-Control-Allow-Origin"] == APP_ORIGIN
    assert words(answer, "Access-Control-Expose-Headers") >= {"etag", "location", "retry-after"}
    assert words(answer, "Vary") == {"accept", "origin"}
    assert {"ETag", "Location"} <= set(answer.headers)


def test_a_page_may_read_a_refusal(api: Api, app: Any) -> None:
    answer = send(api, "GET", collection(api, app.id), origins=(APP_ORIGIN,), Origin=APP_ORIGIN)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (401, APP_ORIGIN)


def test_the_control_surface_and_the_document_are_for_pages_too(api: Api) -> None:
    for path in ("/simulator/v1/health", "/api/openapi.json", f"/accounts//{api.account.id}"):
        answer = preflight(api, path, ("*",), Origin=APP_ORIGIN)
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*"), path


def test_the_admin_site_is_not(api: Api) -> None:
    answer = send(api, "GET", "/admin/login/", origins=("*",), Origin=APP_ORIGIN)
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("origin", ["https://elsewhere.example.org", "http://ui.example.org:8080"])
def test_another_origin_is_let_in_nowhere(api: Api, app: Any, origin: str) -> None:
    answer = preflight(api, collection(api, app.id), (APP_ORIGIN,), Origin=origin)
    assert "Access-Control-Allow-Origin" not in answer


def test_without_origins_nothing_is_said_and_options_is_no_method(api: Api, app: Any) -> None:
    assert not Options().cors_origins
    path = f"k8s/v1/apps/{app.id}/appBackups"
    asked = {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    answer = api.call("OPTIONS", path, Origin=APP_ORIGIN, environ=asked)
    assert answer.status_code == 405
    created = api.post(path, BACKUP, Origin=APP_ORIGIN)
    assert [name for name in created.headers if name.startswith("Access-Control")] == []


_SETTINGS = """
from django.conf import settings
print(settings.CORS_ALLOW_ALL_ORIGINS, settings.CORS_ALLOWED_ORIGINS,
      "astra.api.cross_origin.CrossOrigin" in settings.MIDDLEWARE)
"""


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ("", "False [] False\n"),
        ("*", "True [] True\n"),
        (
            "https://UI.example.org:8080/, http://localhost:3000,null",
            "False ['https://ui.example.org:8080', 'http://localhost:3000', 'null'] True\n",
        ),
    ],
)
def test_the_middleware_stands_in_the_way_where_there_are_origins(origins: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SETTINGS],
        env={**os.environ, "ASTRA_CORS_ORIGINS": origins},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == said


@pytest.mark.parametrize(
    "value", ["ui.example.org", "ftp://ui", "https://a/b", "https://*.a", "*,"]
)
def test_what_is_no_origin_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRA_CORS_ORIGINS", value)
    with pytest.raises(OptionError) as refused:
        Options()
    assert str(refused.value).startswith(f"ASTRA_CORS_ORIGINS={value}: it takes origins such as ")
