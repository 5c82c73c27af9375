"""Headers that make no sense are no fault of the service: from the WSGI server on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import RequestFactory

from astra.api.requests import TolerantRequest
from astra.wsgi import application


@pytest.fixture(autouse=True)
def connections_kept(db: None) -> Iterator[None]:
    """Do as the test client does: a request must not close the connection of the test."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


def _status(environ: dict[str, Any]) -> str:
    status: list[str] = []

    def start(line: str, headers: Any, error: Any = None) -> Any:
        status.append(line)

    list(application(environ, start))
    return status[0]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; a*=nonsense''b",
        "application/json; a*=utf-8''%ff",
        "application/json; charset=nonsense",
        "; a*=x''",
        "a" * 20_000 + ";b",
        ";;;=",
        "\xff\x00",
    ],
)
def test_a_create_survives_any_content_type(content_type: str) -> None:
    request = RequestFactory().post("/accounts/a/k8s/v1/apps/b/appBackups")
    assert _status(request.environ | {"CONTENT_TYPE": content_type}) == "401 Unauthorized"


@pytest.mark.parametrize(
    "cookie",
    [
        'sessionid="\\000aaaaaaaa"',
        "sessionid=\x00aaaaaaaa",
        "sessionid=\xff; csrftoken=\xff\xfe",
        ";;=;sessionid==;a",
        'csrftoken="' + "\\" * 60_000,
    ],
)
def test_a_page_survives_any_cookie(cookie: str) -> None:
    environ = RequestFactory().get("/admin/").environ | {"HTTP_HOST": "localhost"}
    assert _status(environ | {"HTTP_COOKIE": cookie}) == "302 Found"


def test_cookies_of_others_stand_in_no_bodys_way() -> None:
    sent = 'a=b; sessionid=abc123;c="d\\"" ;odd; csrftoken=t:o-k_e.n'
    cookies = TolerantRequest(RequestFactory().get("/").environ | {"HTTP_COOKIE": sent}).COOKIES
    assert cookies == {"a": "b", "sessionid": "abc123", "csrftoken": "t:o-k_e.n"}


@pytest.mark.parametrize("path", ["/accounts/\xff\xfe", "/accounts/a/\x00", "/accounts/%", "//"])
def test_a_request_survives_any_path(path: str) -> None:
    environ = RequestFactory().get("/accounts").environ | {"PATH_INFO": path}
    expected = "404 Not Found" if path == "//" else "401 Unauthorized"
    assert _status(environ | {"HTTP_HOST": "localhost"}) == expected
