"""What paths, hosts and methods the API tolerates, and the headers of its answers.

Source: `docs/architecture.md`, 'Statuses' (any Host, slashes, HEAD, 405) and 'Answers'.
"""

import hashlib
import json
from typing import Any

import pytest

import astra
from backups.models import App, Bucket
from tests import world
from tests.conftest import BACKUP, Api, number


def _variants(path: str) -> list[str]:
    doubled = path.replace("/", "//")
    return [f"{path}/", f"{path}//", f"http://testserver{doubled}", path.replace("/k8s", "///k8s")]


@pytest.mark.parametrize("index", range(4))
def test_doubled_and_trailing_slashes_reach_the_same_resource(
    api: Api, app: App, bucket: Bucket, index: int
) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    collection = f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups"
    for path in (collection, f"{collection}/{backup.id}", f"/accounts/{api.account.id}"):
        plain = api.call("GET", path, root=True)
        response = api.call("GET", _variants(path)[index], root=True)
        assert (response.status_code, response.content) == (200, plain.content)
    assert api.call("POST", _variants(collection)[index], BACKUP, root=True).status_code == 201
    instance = _variants(f"{collection}/{backup.id}")[index]
    assert api.call("DELETE", instance, root=True).status_code == 204


@pytest.mark.parametrize("index", range(4))
def test_location_is_the_plain_url_however_it_was_reached(
    api: Api, app: App, bucket: Bucket, index: int
) -> None:
    collection = f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups"
    response = api.call("POST", _variants(collection)[index], BACKUP, root=True)
    identifier = json.loads(response.content)["id"]
    assert response["Location"] == f"http://testserver{collection}/{identifier}"


@pytest.mark.parametrize(
    "host",
    ["localhost", "example.com:8443", "127.0.0.1:8000", "[::1]:8000", "a_b", "no such host", ""],
)
def test_any_host_header_is_served_and_named_in_location(
    api: Api, app: App, bucket: Bucket, host: str
) -> None:
    path = f"k8s/v1/apps/{app.id}/appBackups"
    assert api.get(path, Host=host).status_code == 200
    response = api.post(path, BACKUP, Host=host)
    assert response.status_code == 201
    assert response["Location"].startswith(f"http://{host or 'testserver:80'}/accounts/")


def test_location_has_the_scheme_of_the_request(api: Api, app: App, bucket: Bucket) -> None:
    environ = {"wsgi.url_scheme": "https"}
    path = f"k8s/v1/apps/{app.id}/appBackups"
    response = api.call("POST", path, BACKUP, environ=environ, Host="astra.example.com:8443")
    assert response["Location"].startswith("https://astra.example.com:8443/accounts/")


def test_a_forwarded_host_is_not_believed(api: Api, app: App, bucket: Bucket) -> None:
    path = f"k8s/v1/apps/{app.id}/appBackups"
    response = api.post(path, BACKUP, X_Forwarded_Host="evil.example.com")
    assert response["Location"].startswith("http://testserver/")


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH", "TRACE", "PUT", "LINK"])
def test_a_method_that_is_not_offered_is_405_with_allow(api: Api, app: App, method: str) -> None:
    response = api.call(method, f"k8s/v1/apps/{app.id}/appBackups", {})
    assert (number(response), response.status_code) == (69, 405)
    assert response["Allow"] == "GET, POST, HEAD"


def test_allow_says_what_each_path_offers(api: Api, app: App) -> None:
    instance = f"appBackups/{world.some_id()}"
    allowed = {
        f"k8s/v1/apps/{app.id}/appBackups": "GET, POST, HEAD",
        f"k8s/v1/apps/{app.id}/{instance}": "GET, DELETE, HEAD",
        "topology/v1/appBackups": "GET, HEAD",
        f"topology/v1/{instance}": "GET, DELETE, HEAD",
    }
    assert {path: api.call("PATCH", path)["Allow"] for path in allowed} == allowed


def test_head_answers_as_get_without_a_body(api: Api, app: App, bucket: Bucket) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    for path in ("topology/v1/appBackups", f"topology/v1/appBackups/{backup.id}", ""):
        head, get = api.call("HEAD", path), api.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert dict(head.headers) == dict(get.headers)
    missing = api.call("HEAD", f"topology/v1/appBackups/{world.some_id()}")
    assert (missing.status_code, missing.content) == (404, b"")


def test_every_answer_carries_the_mark_of_the_simulator(api: Api, app: App, bucket: Bucket) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    answers = [
        api.get("topology/v1/appBackups"),
        api.get("nowhere"),
        api.create_backup(app),
        api.delete(f"topology/v1/appBackups/{backup.id}"),
        api.call("GET", "/simulator/v1/health", root=True),
        api.call("GET", "/nowhere", root=True, Host="localhost"),
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 404, 201, 204, 200, 404]
    assert {answer["X-Astra-Simulator"] for answer in answers} == {astra.__version__}


def test_the_entity_tag_is_the_quoted_md5_of_the_json(api: Api, app: App, bucket: Bucket) -> None:
    for response in (api.create_backup(app), api.get("topology/v1/appBackups"), api.get("")):
        digest = hashlib.md5(response.content, usedforsecurity=False).hexdigest()
        assert response["ETag"] == f'"{digest}"'
        assert response["Vary"] == "Accept"


@pytest.mark.parametrize("header", ["If_Match", "If_None_Match", "If_Modified_Since"])
def test_preconditions_are_for_put_alone(api: Api, app: App, bucket: Bucket, header: str) -> None:
    backup = world.make_backup(app, bucket, state="failed")
    path = f"topology/v1/appBackups/{backup.id}"
    headers = {header: api.get(path)["ETag"] if header == "If_None_Match" else '"stale"'}
    assert api.get(path, **headers).status_code == 200
    assert api.delete(path, **headers).status_code == 204


def test_refusals_are_neither_tagged_nor_cached_by_accept(api: Api) -> None:
    response = api.get("nowhere")
    assert "ETag" not in response
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("query", [False, True])
def test_an_address_that_is_too_long_is_414(api: Api, query: bool) -> None:
    long = "x" * 16 * 1024
    response: Any = api.get(f"topology/v1/appBackups?include={long}" if query else long)
    assert response.status_code == 414
    assert json.loads(response.content)["type"] == "about:blank"


def test_a_problem_document_is_compact_json_in_utf8(api: Api) -> None:
    response = api.get("topology/v1/appBackups?%E2%98%83=1")
    assert '"name":"\N{SNOWMAN}"' in response.content.decode()
