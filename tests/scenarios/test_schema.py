"""The published JSON Schema: it is the one that documents are checked by, and the library fits it."""

import json

import pytest
from jsonschema import Draft202012Validator

from astra.scenarios.documents import parse_document
from astra.scenarios.library import names, read_library
from astra.scenarios.schema import PUBLISHED, compile_schema
from backups.lifecycle import APP_BACKUP


def published() -> dict[str, object]:
    document: dict[str, object] = json.loads(PUBLISHED.read_text())
    return document


def test_the_published_schema_is_the_one_in_use() -> None:
    hint = "python manage.py seed --schema > astra/scenarios/scenario.schema.json"
    assert published() == json.loads(json.dumps(compile_schema())), hint


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(published())


@pytest.mark.parametrize("name", names())
def test_an_editor_finds_nothing_wrong_with_the_library(name: str) -> None:
    source = read_library(name)
    document = parse_document(source)
    errors = Draft202012Validator(published()).iter_errors(document.data)
    assert [error.message for error in errors] == []


def test_states_are_those_of_the_lifecycle() -> None:
    schema = compile_schema()
    states = schema["$defs"]["backups"]["properties"]["state"]["enum"]
    assert states == list(APP_BACKUP.states)


def test_every_section_is_described() -> None:
    schema = compile_schema()
    assert set(schema["$defs"]["accounts"]["properties"]) >= {"users", "buckets", "apps", "fleets"}
    assert set(schema["$defs"]["apps"]["properties"]) >= {"schedules", "snapshots", "backups"}
