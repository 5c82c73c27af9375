"""What somebody meets who knows the address alone, with a browser."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from astra.api.options import Options
from astra.server.addresses import listeners
from astra.server.tls import server_certificate
from tests.conftest import number

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def get(path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers=headers)


def test_a_browser_is_led_to_the_control_room() -> None:
    assert get("/", **BROWSER)["Location"] == "/admin/"


def test_others_find_nothing_at_the_root() -> None:
    for accepted in ("*/*", "application/json"):
        response = get("/", Accept=accepted)
        assert (response.status_code, number(response)) == (404, 2)


def test_what_nobody_can_read_asks_for_no_page() -> None:
    assert get("/", Accept="a/b;a*=b''c").status_code == 404
    accept = "a/b;a*=b''c,application/json;q=0.1,text/html;q=0.2"
    assert get("/", Accept=accept)["Location"] == "/admin/"
    assert get("/", Accept="application/json;q=0.2,text/html;q=0.1").status_code == 404


def test_a_browser_finds_an_icon() -> None:
    response = get("/favicon.ico")
    assert response.status_code == 301
    assert response["Location"].endswith(".svg")


@pytest.mark.django_db
def test_an_unknown_page_of_the_admin_site_is_a_page_of_it(admin_client: Client) -> None:
    response = admin_client.get("/admin/nowhere/", headers=BROWSER)
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
    assert 'href="/admin/"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_LENGTH": str(1024 * 1024 + 1)},
        {"CONTENT_LENGTH": "9" * 5_000},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
    ],
    ids=lambda environ: next(iter(environ.values()))[:8],
)
def test_a_form_of_anybody_is_no_larger_than_the_body_of_a_call(environ: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "x" * 32
    response = client.post("/admin/login/", {"file": "x"}, **environ)
    assert response.status_code == 413
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_another_host_is_told_which_variable_lets_it_in(caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/admin/", "/api/docs/"):
        caplog.clear()
        response = get(path, Host="astra.example.com:8000", **BROWSER)
        assert response.status_code == 400
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        text = response.content.decode()
        assert "astra.example.com" in text
        assert "ASTRA_ALLOWED_HOSTS=" in text
        (record,) = caplog.records
        assert record.exc_info is None
        assert "ASTRA_ALLOWED_HOSTS" in record.getMessage()


def test_what_is_suspicious_costs_a_line(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "x" * 32
    fields = {f"f{number}": "" for number in range(1_001)}
    assert client.post("/admin/login/", fields).status_code == 400
    (record,) = caplog.records
    assert (record.name, record.exc_info) == ("django.security.TooManyFieldsSent", None)


def test_the_authority_is_given_to_everybody(settings: Any, options: Options) -> None:
    settings.ASTRA = options
    assert get("/simulator/v1/ca.pem").status_code == 404
    server_certificate(options)
    response = get("/simulator/v1/ca.pem")
    assert response.status_code == 200
    file: Path = options.data_dir / "tls" / "ca.pem"
    assert response.content == file.read_bytes()


def test_clients_are_told_the_name_that_other_machines_use(options: Options) -> None:
    wide = dataclasses.replace(options, host="0.0.0.0", tls_names=("Astra.Example.com", "other"))
    plain, secure = listeners(wide)
    assert (plain.url, secure.authority) == (
        "http://astra.example.com:8000",
        "astra.example.com:8443",
    )
    assert secure.local == "127.0.0.1:8443"
    narrow = dataclasses.replace(wide, host="127.0.0.1")
    assert listeners(narrow)[0].url == "http://127.0.0.1:8000"
