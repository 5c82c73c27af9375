"""The document as a Postman collection: by the format's schema, of every operation, ready to be sent."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.test import Client

import astra
from tests.openapi.facts import METHODS
from tests.scenarios import seeded

SCHEMA = json.loads((settings.BASE_DIR / "tests/schemas/postman.json").read_text())


@pytest.fixture(scope="module")
def collection() -> Any:
    answer = Client().get("/api/postman.json", headers={"Host": "localhost:8000"})
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="astra-simulator.postman.json"'
    return answer.json()


def requests(collection: Any) -> Iterator[Any]:
    return (call["request"] for folder in collection["item"] for call in folder["item"])


def variables(collection: Any) -> dict[str, str]:
    return {each["key"]: each["value"] for each in collection["variable"]}


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def test_it_is_one_by_the_schema_of_the_format(collection: Any) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(collection)
    assert collection["info"]["name"] == f"Astra Simulator {astra.__version__}"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate({**collection, "item": [{"request": 1}]})


def test_it_has_every_operation_of_the_document(collection: Any, document: Any) -> None:
    sent = [
        (each["method"], re.sub(r":(\w+)", r"{\1}", each["url"]["raw"].partition("}}")[2]))
        for each in requests(collection)
    ]
    described = [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    assert sorted(sent) == sorted(described)


def test_tokens_and_the_address_are_variables(collection: Any) -> None:
    values = variables(collection)
    assert values["baseUrl"] == "http://localhost:8000"
    assert values["token"] == values["controlToken"] == ""
    assert collection["auth"]["bearer"][0]["value"] == "{{token}}"
    by_path = {each["url"]["raw"]: each for each in requests(collection)}
    clock = by_path["{{baseUrl}}/simulator/v1/accounts/:account_id/clock"]
    assert clock["auth"]["bearer"][0]["value"] == "{{controlToken}}"
    assert by_path["{{baseUrl}}/simulator/v1/health"]["auth"] == {"type": "noauth"}


def test_a_body_is_the_example_of_the_document(collection: Any, document: Any) -> None:
    [create] = [
        each
        for each in requests(collection)
        if each["method"] == "POST"
        and each["url"]["raw"].endswith("/k8s/v1/apps/:app_id/appBackups")
    ]
    example = document["components"]["schemas"]["AppBackupCreate"]["example"]
    assert json.loads(create["body"]["raw"]) == example
    assert create["header"] == [
        {"key": "Content-Type", "value": "application/astra-appBackup+json"}
    ]


@pytest.mark.django_db
def test_the_ids_in_it_are_those_of_the_demo(collection: Any) -> None:
    seeded.load("demo")
    token = {"Authorization": f"Bearer {seeded.call_as('owner@example.com').token}"}
    values = variables(collection)
    checked = []
    for each in requests(collection):
        path = each["url"]["raw"].removeprefix("{{baseUrl}}")
        for variable in each["url"]["variable"]:
            path = path.replace(f":{variable['key']}", filled(variable["value"], values))
        # What the demo has none of has no id.
        if each["method"] == "GET" and path.startswith("/accounts") and "//" not in f"{path}/":
            checked.append((Client().get(path, headers=token).status_code, each["url"]["raw"]))
    missed = {path.partition(":account_id/")[2] for status, path in checked if status != 200}
    # The owner is in no group, and the first hook and the mirror are other apps'.
    elsewhere = re.compile(
        "core/v1/groups/:group_id/users/:user_id.*|core/v1/users/:user_id/groups/:group_id.*"
        "|k8s/v1/apps/:app_id/(executionHooks/:executionHook_id|appMirrors/:appMirror_id)"
    )
    assert [path for path in missed if not elsewhere.fullmatch(path)] == []
    assert len(checked) > 90
