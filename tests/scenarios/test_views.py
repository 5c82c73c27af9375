"""`/simulator/v1/scenarios`: what there is, what it would do, and loading it."""

import dataclasses
import json
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client

from astra.accounts.models import Account, User
from astra.scenarios.library import names
from astra.scenarios.models import SeededScenario
from astra.scenarios.schema import compile_schema
from backups.models import AppBackup, Bucket
from backups.scenarios import protection
from tests import world
from tests.conftest import number, problem
from tests.scenarios import seeded

pytestmark = pytest.mark.django_db

MINE = """
scenario: mine
parameters: {percent: 20}
accounts:
  - name: one
    users:
      - {email: owner@example.com, role: owner}
    buckets:
      - name: bucket
    apps:
      - name: shop
        backups:
          - {name: b, state: running, percentDone: $percent, fate: held}
"""


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, control_token="secret")


def call(method: str, path: str, body: Any = "") -> HttpResponse:
    client = Client(raise_request_exception=False)
    response: object = client.generic(
        method,
        f"/simulator/v1/{path}",
        body if isinstance(body, str | bytes) else json.dumps(body),
        headers={"Authorization": "Bearer secret"},
    )
    received = cast(HttpResponse, response)
    assert b"Traceback" not in received.content
    return received


def read(path: str) -> Any:
    response = call("GET", path)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def load(path: str, body: Any = "", *, status: int = 201) -> Any:
    response = call("POST", f"scenarios/{path}", body)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def test_the_list_says_what_there_is_and_what_is_loaded() -> None:
    seeded.load("empty")
    items = {item["name"]: item for item in read("scenarios")["items"]}
    assert list(items) == names()
    assert items["empty"] == {
        "name": "empty",
        "title": "One account with an owner, and nothing else",
        "description": "For those who make everything themselves, through the API or by hand."
        " Tokens are issued separately, with `createtoken` or at start.",
        "parameters": {},
        "isSeeded": True,
    }
    assert items["large"]["parameters"] == {"apps": 1000, "backups": 1_000_000}
    assert items["large"]["isSeeded"] is False


def test_one_scenario_with_a_preview_of_what_it_would_do() -> None:
    document = read("scenarios/empty?preview")
    assert document["name"] == "empty"
    assert document["preview"]["preview"] is True
    assert document["preview"]["counts"]["users"] == {"create": 1, "keep": 0}
    assert not Account.objects.exists()
    assert "preview" not in read("scenarios/empty")
    assert call("POST", "scenarios/empty/preview").status_code == 200
    assert not Account.objects.exists()


def test_a_scenario_of_the_library_is_loaded_by_a_post_without_a_body() -> None:
    report = load("empty")
    account = Account.objects.get()
    assert report["scenario"] == "empty"
    assert report["source"] == "empty.yaml"
    assert report["preview"] is False
    assert report["accounts"] == [str(account.id)]
    assert report["counts"]["accounts"] == {"create": 1, "keep": 0}
    assert SeededScenario.objects.get().name == "empty"


def test_a_second_load_answers_200_because_nothing_is_new() -> None:
    load("empty")
    assert load("empty", status=200)["counts"]["users"] == {"create": 0, "keep": 1}


def test_parameters_are_numbers_of_the_query() -> None:
    assert load("large/preview?backups=12&apps=2", status=200)["counts"]["backups"]["create"] == 12
    load("large?backups=12&apps=2")
    assert AppBackup.objects.count() == 12
    assert read("scenarios/large?preview=true&backups=20&apps=2")["preview"]["counts"][
        "backups"
    ] == {"create": 8, "keep": 12}


@pytest.mark.parametrize(
    "body", [MINE, json.dumps({"scenario": "mine", "accounts": [{"name": "one"}]})]
)
def test_a_document_in_the_body_is_yaml_or_json(body: str) -> None:
    assert load("mine/preview", body, status=200)["counts"]["accounts"]["create"] == 1
    assert load("mine", body)["source"] == "body"
    assert Account.objects.get().name == "one"


def test_a_document_is_loaded_with_its_parameters() -> None:
    load("mine?percent=35", MINE)
    backup = AppBackup.objects.get()
    assert backup.percent_done(backup.account.now()) == 35


def test_the_path_and_the_document_agree_on_the_name() -> None:
    response = call("POST", "scenarios/other", MINE)
    assert number(response) == 8
    assert problem(response)["invalidFields"] == [
        {"name": "scenario", "reason": "body:2: The path says other."}
    ]


def test_everything_wrong_with_a_document_is_told_with_its_line() -> None:
    response = call(
        "POST", "scenarios/mine", MINE.replace("name: shop", "name: Shop!\n        x: 1")
    )
    assert number(response) == 8
    document = problem(response)
    assert document["invalidFields"] == [
        {
            "name": "accounts[0].apps[0].name",
            "reason": "body:11: Must be a DNS-1123 label: at most 63 of a-z, 0-9 and -, and no - at"
            " an end.",
        },
        {"name": "accounts[0].apps[0].x", "reason": "body:12: Unknown member."},
    ]
    assert document["schemaValidationFailure"].startswith("body:11: accounts[0].apps[0].name: Must")
    assert not Account.objects.exists()


@pytest.mark.parametrize("body", ["[", "scenario: [", b"\xff"])
def test_a_body_that_is_no_document_is_refused(body: str | bytes) -> None:
    response = call("POST", "scenarios/mine", body)
    assert number(response) == 8
    (field,) = problem(response)["invalidFields"]
    assert field["name"] == "body"


def test_a_body_that_is_too_large_is_refused(settings: Any) -> None:
    settings.ASTRA = dataclasses.replace(settings.ASTRA, max_body_bytes=100)
    assert number(call("POST", "scenarios/mine", MINE)) == 85


def test_what_something_else_has_the_place_of_is_a_conflict() -> None:
    load("mine", MINE)
    backup = AppBackup.objects.get()
    AppBackup.objects.all().delete()
    world.make_backup(backup.app, backup.bucket, name="b")
    response = call("POST", "scenarios/mine", MINE)
    assert number(response) == 10
    (field,) = problem(response)["invalidFields"]
    assert field["name"] == "accounts[0].apps[0].backups[0]"
    assert field["reason"].startswith("body:13: The database refuses it (backup_name_is_unique)")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "scenarios/nothing"),
        ("GET", "scenarios/nothing?preview"),
        ("POST", "scenarios/nothing"),
        ("POST", "scenarios/nothing/preview"),
        ("POST", "scenarios/..%2Fdemo"),
    ],
)
def test_a_scenario_that_is_not_there_is_not_found(method: str, path: str) -> None:
    assert number(call(method, path)) == 2


@pytest.mark.parametrize(
    ("path", "expected", "params"),
    [
        ("scenarios?limit=x", 5, [{"name": "limit", "reason": "Must be a number."}]),
        ("scenarios?limit=1", 6, [{"name": "limit", "reason": "This path has no parameters."}]),
        (
            "scenarios/empty?limit=1",
            6,
            [{"name": "limit", "reason": "No parameter is called limit; there are: none."}],
        ),
        (
            "scenarios/large?preview&backups=many",
            5,
            [{"name": "backups", "reason": "Must be a number."}],
        ),
        (
            "scenarios/large?preview&colour=1",
            6,
            [
                {
                    "name": "colour",
                    "reason": "No parameter is called colour; there are: apps, backups.",
                }
            ],
        ),
    ],
)
def test_a_query_that_means_nothing_is_refused(
    path: str, expected: int, params: list[dict[str, str]]
) -> None:
    response = call("GET", path)
    assert number(response) == expected
    assert problem(response)["invalidParams"] == params


def test_the_schema_can_be_read() -> None:
    assert read("scenario.schema.json") == json.loads(json.dumps(compile_schema()))


def test_a_bucket_has_room_for_what_settling_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "MOST_STORED", 4 * 2**53)
    head, _ = MINE.replace("parameters: {percent: 20}\n", "").split("          - {name: b")

    def world_of(backups: int, fleet: int) -> str:
        line = "          - {{name: b-{}, state: completed, totalBytes: 8PiB}}\n"
        sizes = "smallest: 8PiB, largest: 8PiB"
        fleets = f"    fleets:\n      - {{name: f, apps: 1, backups: {fleet}, {sizes}}}\n"
        return head + "".join(map(line.format, range(backups))) + fleets

    # The last of them are more than the column holds.
    for numbers in ((5, 1), (2, 3), (1, 1030)):
        refused = call("POST", "scenarios/mine", world_of(*numbers))
        assert (refused.status_code, number(refused)) == (409, 10), refused.content
    assert not Account.objects.filter(name="one").exists()
    load("mine", world_of(2, 2))
    assert Bucket.objects.get().stored_bytes == 4 * 2**53
