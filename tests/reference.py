"""The published OpenAPI document as a judge: every answer that the test client gets passes by.

A 2xx body must be valid by the schema of its path, method and status; a refusal by the schema of
its own problem number, which must be listed for the operation or be one of ``tests.extras``.
Without the document (``ASTRA_REFERENCE_DIR``, by default beside the repository) nothing is judged,
and the tests that are about it are skipped.
"""

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from jsonschema_rs import Draft4, Draft4Validator, Registry, ValidationError

from tests.extras import is_explained, is_extra

FILE = "astra-24.02-openapi.json"
PROBLEM_TYPE = "application/problem+json"
_URI = "urn:astra"
_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "reference"


@dataclass(frozen=True)
class Answer:
    """What came back for a request, reduced to what the document speaks of."""

    method: str
    path: str
    query: str
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Operation:
    """An operation of the document; ``pointer`` leads to it."""

    name: str
    pointer: str
    responses: Mapping[str, Any]


def folder() -> Path:
    """Return where the published document is looked for."""
    return Path(os.environ.get("ASTRA_REFERENCE_DIR") or _FOLDER)


@functools.cache
def load() -> "Reference | None":
    """Return the document, or None where the file is absent."""
    path = folder() / FILE
    return Reference(json.loads(path.read_text())) if path.exists() else None


class Reference:
    """The document, with what OpenAPI 3.0 ignores removed."""

    # The name of the schema of a problem, from its number.
    problem_schema = "astra_problem_detail_{}"

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = _without_neighbours_of_refs(document)
        self._registry = Registry([(_URI, self.document)], draft=Draft4)
        self._routes = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)), template)
            # Fewer placeholders first: a literal path is more specific than a pattern.
            for template in sorted(self.document["paths"], key=lambda path: path.count("{"))
        ]

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request reaches, None if the document has none."""
        method = "get" if method == "HEAD" else method.lower()
        tidy = re.sub("/{2,}", "/", path).rstrip("/")
        for pattern, template in self._routes:
            found = self.document["paths"][template].get(method)
            if found and pattern.fullmatch(tidy):
                pointer = f"#/paths/{template.replace('/', '~1')}/{method}"
                return Operation(f"{method.upper()} {template}", pointer, found["responses"])
        return None

    def excuses(self, operation: Operation, number: int) -> bool:
        """Tell whether a problem may come although it is not listed."""
        return is_extra(operation.name, number)

    def shows_replaced(self, operation: Operation) -> bool:
        """Tell whether a PUT may be answered with the instance although nothing is published."""
        return is_explained(f"+ {operation.name}: answers: status 200")

    @functools.cache  # noqa: B019 - one document lives as long as the tests
    def validator(self, pointer: str) -> Draft4Validator:
        """Return the validator of the schema at a pointer into the document."""
        return Draft4Validator(
            {"$ref": _URI + quote(pointer, safe="#/~+")}, registry=self._registry
        )

    def complaints(self, answer: Answer) -> list[str]:
        """Return what the document has against an answer; empty when it has nothing."""
        operation = self.operation(answer.method, answer.path)
        if answer.content_type.startswith("text/html"):
            return []
        if answer.status >= 400:
            return list(self._against_problem(answer, operation))
        return list(self._against_success(answer, operation)) if operation else []

    def _against_problem(self, answer: Answer, operation: Operation | None) -> Iterator[str]:
        if answer.content_type != PROBLEM_TYPE:
            yield f"{answer.content_type} instead of {PROBLEM_TYPE}"
            return
        if answer.method == "HEAD":
            return
        problem = json.loads(answer.body)
        if problem["type"] == "about:blank":
            return
        number = int(problem["type"].rsplit("/", 1)[1])
        schema = f"#/components/schemas/{self.problem_schema.format(number)}"
        yield from _errors(self.validator(schema), problem)
        if problem["status"] != str(answer.status):
            yield f"status {problem['status']} in a response of status {answer.status}"
        if operation is None:
            return
        listed = operation.responses.get(str(answer.status), {}).get("content", {})
        refs = listed.get(PROBLEM_TYPE, {}).get("schema", {}).get("anyOf", [])
        if {"$ref": schema} not in refs and not self.excuses(operation, number):
            yield f"problem {number} is neither listed for {operation.name} nor an extra"

    def _against_success(self, answer: Answer, operation: Operation) -> Iterator[str]:
        response = operation.responses.get(str(answer.status))
        if response is None and answer.status == 200 and self.shows_replaced(operation):
            yield from self.complaints(replace(answer, method="GET"))
            return
        if response is None:
            yield f"status {answer.status} is not listed for {operation.name}"
            return
        content = response.get("content", {})
        if not content or answer.method == "HEAD":
            if answer.body:
                yield f"a body where {operation.name} has none"
            return
        if answer.content_type not in (*content, "application/json"):
            yield f"media type {answer.content_type} is not listed for {operation.name}"
            return
        if not answer.content_type.endswith("json"):
            return
        media_type = answer.content_type if answer.content_type in content else next(iter(content))
        escaped = media_type.replace("/", "~1")
        pointer = f"{operation.pointer}/responses/{answer.status}/content/{escaped}/schema"
        document = json.loads(answer.body)
        if "include" in parse_qs(answer.query):
            yield from self._against_rows(document, answer, content[media_type]["schema"])
            # Two resources may agree in the fields asked for; the schema asks for unique items.
            document |= {"items": document["items"][:1]}
        for place, error in self.errors(pointer, document):
            if not is_explained(f"+ {operation.name}: answer {place}: value {error.instance}"):
                yield f"{place}: {error.message[:300]}"

    def pointer_to_answer(self, path: str) -> str:
        """Return the pointer to the schema of what a GET of a path gives."""
        operation = self.operation("GET", path)
        assert operation is not None, path
        media_type = next(iter(operation.responses["200"]["content"])).replace("/", "~1")
        return f"{operation.pointer}/responses/200/content/{media_type}/schema"

    def errors(self, pointer: str, document: Any) -> Iterator[tuple[str, ValidationError]]:
        """Yield what is wrong with a document, and where: `items[].state` of the rows of a list."""
        for error in self.validator(pointer).iter_errors(document):
            match error.instance_path:
                case ["items", int(number)]:
                    # A row is one of two things: by the schema of a resource it is said what is wrong.
                    inner = list(self._errors_of_row(pointer, document["items"][number]))
                    yield from inner or [("items[]", error)]
                case steps:
                    yield ".".join(map(str, steps)), error

    def _errors_of_row(self, pointer: str, row: Any) -> Iterator[tuple[str, ValidationError]]:
        list_schema = functools.reduce(
            lambda node, step: node[step.replace("~1", "/")],
            pointer.removeprefix("#/").split("/"),
            self.document,
        )
        for error in self.validator(self._item_of(list_schema)).iter_errors(row):
            yield ".".join(("items[]", *map(str, error.instance_path))), error

    def _item_of(self, list_schema: Mapping[str, str]) -> str:
        """Return the pointer to the schema of a resource in a list."""
        schema = self.document["components"]["schemas"][list_schema["$ref"].rsplit("/", 1)[1]]
        options = schema["properties"]["items"]["items"]["anyOf"]
        return str(next(one["$ref"] for one in options if "$ref" in one))

    def _against_rows(
        self, document: Any, answer: Answer, list_schema: Mapping[str, str]
    ) -> Iterator[str]:
        """Complain about a column whose values are not what the item's member may be."""
        names = parse_qs(answer.query)["include"][0].split(",")
        item = self._item_of(list_schema)
        for row in document["items"]:
            if len(row) != len(names):
                yield f"{len(row)} values in a row of {len(names)} fields"
            for name, value in zip(names, row, strict=False):
                if value is not None:
                    yield from _errors(self.validator(f"{item}/properties/{name}"), value)


def _errors(validator: Draft4Validator, document: Any) -> Iterator[str]:
    return (_told(error) for error in validator.iter_errors(document))


def _told(error: ValidationError) -> str:
    return f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"


def _without_neighbours_of_refs(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            return {"$ref": node["$ref"]}
        return {key: _without_neighbours_of_refs(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_neighbours_of_refs(value) for value in node]
    return node
