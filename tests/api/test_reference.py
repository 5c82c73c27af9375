"""The judge of ``tests.reference`` judges: published examples pass, and wrong answers do not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from astra.api.problems import CATALOGUE
from tests.extras import EXTRAS, is_extra
from tests.reference import FILE, Answer, Reference, folder, load

BACKUPS = "/accounts/a/k8s/v1/apps/b/appBackups"


@pytest.fixture
def judge() -> Reference:
    reference = load()
    if reference is None:
        pytest.skip(f"no {FILE} in {folder()}")
    return reference


def _examples(judge: Reference) -> Iterator[Answer]:
    for template, operations in judge.document["paths"].items():
        for method, operation in operations.items():
            if method == "description":
                continue
            for status, response in operation["responses"].items():
                for media_type, content in response.get("content", {}).items():
                    if "json" in media_type:
                        path = template.replace("{", "").replace("}", "")
                        body = json.dumps(content["example"]).encode()
                        yield Answer(method.upper(), path, "", int(status), media_type, body)


def test_every_published_example_is_valid_by_its_own_schema(judge: Reference) -> None:
    examples = list(_examples(judge))
    assert len(examples) == 1211
    assert [answer for answer in examples if judge.complaints(answer)] == []


def _answer(document: Any, *, status: int = 200, query: str = "", method: str = "GET") -> Answer:
    media_type = "application/problem+json" if status >= 400 else "application/json"
    return Answer(method, BACKUPS, query, status, media_type, json.dumps(document).encode())


def _problem(number: int, **members: Any) -> dict[str, Any]:
    kind = CATALOGUE[number]
    document = {"type": kind.uri, "title": kind.title, "detail": kind.detail}
    return document | {"status": str(kind.status)} | members


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (_answer({"items": []}), '"metadata" is a required property'),
        (_answer({"items": [{}], "metadata": {}}), '"type" is a required property'),
        (_answer({"items": ["x"], "metadata": {}}), '"x" is not of type "object"'),
        (_answer({"items": [[1], [1]], "metadata": {}}), "has non-unique elements"),
        (_answer({"items": [["x"]], "metadata": {}}, query="include=id"), "is not valid"),
        (_answer({"items": [[1, 2]], "metadata": {}}, query="include=percentDone"), "2 values"),
        (_answer({"items": [], "metadata": {"count": "1"}}), '"1" is not of type "number"'),
        (_answer({}, status=202), "status 202 is not listed"),
        (_answer(_problem(4, title="Wrong"), status=401), '"Wrong" is not one of'),
        (_answer(_problem(5), status=409), "status 400 in a response of status 409"),
        (_answer(_problem(143), status=409), "problem 143 is neither listed"),
        (_answer(_problem(108), status=400), "problem 108 is neither listed"),
        (Answer("GET", BACKUPS, "", 404, "application/json", b"{}"), "instead of application/prob"),
        (Answer("GET", BACKUPS, "", 200, "text/plain", b"{}"), "media type text/plain"),
        (Answer("DELETE", f"{BACKUPS}/c", "", 204, "", b"{}"), "a body where DELETE"),
    ],
)
def test_a_wrong_answer_is_complained_about(
    judge: Reference, answer: Answer, complaint: str
) -> None:
    complaints = judge.complaints(answer)
    assert complaints
    assert complaint in complaints[0]


def test_rows_of_include_may_be_equal_and_lack_members(judge: Reference) -> None:
    rows = {"items": [["pending", None], ["pending", None]], "metadata": {}}
    assert judge.complaints(_answer(rows, query="include=state,hookState")) == []


def test_an_extra_problem_passes_where_it_is_meant_to(judge: Reference) -> None:
    assert judge.complaints(_answer(_problem(108), status=400, method="POST")) == []
    assert judge.complaints(_answer(_problem(69), status=405, method="PUT")) == []


def test_no_extra_problem_is_one_that_the_document_lists_there(judge: Reference) -> None:
    operation = judge.operation("POST", BACKUPS)
    assert operation is not None
    listed = {
        int(ref["$ref"].rsplit("_", 1)[1])
        for response in operation.responses.values()
        for content in response["content"].values()
        for ref in content["schema"].get("anyOf", ())
    }
    assert listed == {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 94, 131, 143, 148}
    assert not any(is_extra(operation.name, number) for number in listed)


def test_every_extra_problem_is_in_the_catalogue() -> None:
    assert {number for extra in EXTRAS for number in extra.problems} <= set(CATALOGUE)


def test_the_catalogue_is_the_published_one(judge: Reference) -> None:
    for number, kind in CATALOGUE.items():
        schema = judge.document["components"]["schemas"][f"astra_problem_detail_{number}"]
        members = {
            name: member["enum"]
            for name, member in schema["properties"].items()
            if "enum" in member
        }
        assert members == {
            "type": [kind.uri],
            "title": [kind.title],
            "detail": [kind.detail],
            "status": [str(kind.status)],
        }
    assert len(CATALOGUE) == 177
