"""`Accept` and `Content-Type`: what an answer is written as.

Source: `docs/architecture.md`, 'Accept' and 'Bodies'.
"""

from typing import Any

import pytest

from backups.models import App, Bucket
from tests import world
from tests.conftest import BACKUP, Api, number

JSON = "application/json"
OWN = "application/astra-appBackup+json"

INSTANCE = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    ("*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    ("APPLICATION/JSON", JSON),
    (OWN, OWN),
    ("application/astra-appbackup+json", OWN),
    (f"{OWN}; charset=utf-8", OWN),
    (f"  {OWN}  ", OWN),
    ("application/astra-appSnap+json", JSON),
    ("application/astra-appBackup", JSON),
    (f"{JSON}, {OWN}", OWN),
    (f"{OWN}, {JSON}", OWN),
    (f"*/*, {OWN}", OWN),
    (f"{OWN};q=0.9, {JSON}", JSON),
    (f"{OWN};q=0.9, {JSON};q=0.8", OWN),
    (f"{OWN};q=0.5, */*;q=0.5", OWN),
    (f"{OWN};q=0, */*", JSON),
    (f"{OWN};q=0.1, text/html", OWN),
    ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
    (f"{OWN};q=nonsense", OWN),
    (f"{OWN};q=", OWN),
    (f"{OWN};q=2, {JSON}", OWN),
    (f"text/html;a*=nonsense''b, {OWN}", OWN),
    (f"{JSON};a*=utf-8''%ff, {OWN};q=0.1", JSON),
    (f",,;;, {OWN}", OWN),
]
NOTHING = [
    "text/html",
    "text/*",
    "application/xml",
    "application/problem+json",
    "application/jsonx",
    "application/json;q=0",
    "*/*;q=0",
    "*/*;q=0.0, text/html",
    f"{OWN};q=0",
    "nonsense",
    "/",
    ";",
    ",",
    "application/json;a*=nonsense''b",
]


@pytest.fixture
def instance(app: App, bucket: Bucket) -> str:
    return f"topology/v1/appBackups/{world.make_backup(app, bucket).id}"


def _headers(accept: str | None) -> dict[str, str]:
    return {} if accept is None else {"Accept": accept}


@pytest.mark.parametrize(("accept", "media_type"), INSTANCE)
def test_an_instance_is_written_as_accept_prefers(
    api: Api, app: App, instance: str, accept: str | None, media_type: str
) -> None:
    retrieved = api.get(instance, **_headers(accept))
    assert (retrieved.status_code, retrieved["Content-Type"]) == (200, media_type)
    created = api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP, **_headers(accept))
    assert (created.status_code, created["Content-Type"]) == (201, media_type)


@pytest.mark.parametrize(("accept", "_"), INSTANCE)
def test_a_list_is_json_whatever_accept_prefers(api: Api, accept: str | None, _: str) -> None:
    if accept == f"{OWN};q=0, */*":
        return
    response = api.get("topology/v1/appBackups", **_headers(accept))
    assert (response.status_code, response["Content-Type"]) == (200, JSON)


@pytest.mark.parametrize("accept", NOTHING)
def test_nothing_acceptable_is_problem_32(api: Api, app: App, instance: str, accept: str) -> None:
    for path in (instance, "topology/v1/appBackups"):
        response = api.get(path, Accept=accept)
        assert (number(response), response.status_code) == (32, 406)
    before = api.read("topology/v1/appBackups")
    assert number(api.post(f"k8s/v1/apps/{app.id}/appBackups", BACKUP, Accept=accept)) == 32
    assert api.read("topology/v1/appBackups") == before


def test_a_refusal_is_a_problem_document_whatever_is_acceptable(api: Api) -> None:
    for accept in (OWN, JSON, "*/*"):
        assert number(api.get(f"topology/v1/appBackups/{world.some_id()}", Accept=accept)) == 2


def test_a_delete_is_never_unacceptable(api: Api, app: App, bucket: Bucket) -> None:
    for accept in NOTHING:
        backup = world.make_backup(app, bucket, state="failed")
        path = f"topology/v1/appBackups/{backup.id}"
        assert api.delete(path, Accept=accept).status_code == 204


@pytest.mark.parametrize("accept", [OWN, JSON, None])
def test_the_entity_tag_is_that_of_the_json_whatever_its_media_type(
    api: Api, instance: str, accept: Any
) -> None:
    assert api.get(instance, **_headers(accept))["ETag"] == api.get(instance)["ETag"]
