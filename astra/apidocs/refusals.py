"""Which problems an operation can answer with: what its view declares, and what all have in common.

The source of the document's refusals, and of what the tests hold every answer against. 405, 414 and
429 are no answers of an operation: the first is of a path, the others of the server.
"""

from http import HTTPStatus
from itertools import groupby
from typing import Any

from astra.api import problems
from astra.api.problems import ProblemType
from astra.api.views import ApiView

EVERY = (
    problems.MISSING_TOKEN,
    problems.INVALID_TOKEN,
    problems.INVALID_QUERY,
    problems.UNSUPPORTED_QUERY,
    problems.NOT_PERMITTED,
    problems.BODY_TOO_LARGE,
    problems.SERVICE_UNAVAILABLE,
)
WITH_BODY = (
    problems.INVALID_JSON,
    problems.INVALID_SCHEMA,
    problems.INVALID_FIELDS,
    problems.CONFLICT,
)


def problems_of(view: ApiView | type[ApiView], method: str) -> tuple[ProblemType, ...]:
    """Return the problems of an operation, by status and number."""
    found = {*EVERY, *view.refusals.get(method, ())}
    found.add(view.failures.get(method, problems.INTERNAL_ERROR))
    found.add(view.misses.get(method, problems.COLLECTION_NOT_FOUND))
    if method in view.bodies:
        found.update(WITH_BODY)
    if method == "PUT":
        found.add(problems.PRECONDITION_FAILED)
    if method != "DELETE":
        found.add(problems.NOT_ACCEPTABLE)
    return tuple(sorted(found, key=lambda problem: (problem.status, problem.number)))


def responses_of(schema: Any, found: tuple[ProblemType, ...]) -> dict[str, Any]:
    """Return the responses of an operation for its problems, by status, as references."""
    return {
        str(status): _response(schema, status, tuple(group))
        for status, group in groupby(found, key=lambda problem: problem.status)
    }


def _response(schema: Any, status: int, group: tuple[ProblemType, ...]) -> Any:
    numbers = "_".join(str(problem.number) for problem in group)
    listed = "\n".join(f"* {problem.number}: {problem.title}" for problem in group)
    content: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}\n\n{listed}",
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"anyOf": [_problem(schema, problem) for problem in group]}
            }
        },
    }
    if status == HTTPStatus.UNAUTHORIZED:
        header = {"schema": {"type": "string", "enum": ["Bearer"]}, "required": True}
        content["headers"] = {"WWW-Authenticate": header}
    return schema.component("responses", f"Problems{numbers}", content)


def _problem(schema: Any, problem: ProblemType) -> Any:
    values = {
        "type": problem.uri,
        "title": problem.title,
        "detail": problem.detail,
        "status": str(problem.status),
    }
    content = {
        "allOf": [schema.component("schemas", "Problem", _base(schema))],
        "properties": {name: {"type": "string", "enum": [value]} for name, value in values.items()},
        "example": values | {"correlationID": "9f7e7a9c-6a3c-4b8e-9c55-3c1bd1f2a0d4"},
    }
    return schema.component("schemas", f"Problem{problem.number}", content)


def _base(schema: Any) -> Any:
    text = {"type": "string"}
    invalid = {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {"name": text, "reason": text},
            "required": ["name", "reason"],
        },
    }
    return {
        "type": "object",
        "description": "A refusal, as RFC 7807 has it.",
        "properties": {
            "type": text,
            "title": text,
            "detail": text,
            "status": text,
            "correlationID": schema.identifier(),
            "invalidFields": invalid | {"description": "The bad members of the request body."},
            "invalidParams": invalid | {"description": "The bad query parameters."},
            "schemaValidationFailure": text | {"description": "What the schema has against it."},
        },
        "required": ["type", "title", "detail", "status", "correlationID"],
    }
