"""What an OpenAPI document says, as single facts that can be compared with another document's."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

PROBLEM_TYPE = "application/problem+json"
KEYWORDS = ("type", "minLength", "maxLength", "minItems", "uniqueItems")
METHODS = ("get", "post", "put", "delete")


class Fact(NamedTuple):
    """One thing that a document says of an operation; as text, for example
    ``POST /accounts/…: request name: maxLength 63``.
    """

    operation: str
    place: str
    keyword: str
    value: Any = ""

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.keyword} {self.value}".rstrip()


def problem_numbers(document: Any, response: Any) -> Iterator[int]:
    """Return the numbers of the problems that a response lists."""
    content = resolved(document, response).get("content", {}).get(PROBLEM_TYPE, {})
    for reference in content.get("schema", {}).get("anyOf", ()):
        yield int(re.findall(r"\d+$", reference["$ref"])[0])


def resolved(document: Any, node: Any) -> Any:
    """Return what a node refers to."""
    while "$ref" in node:
        reference = node["$ref"]
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/")]
    return node


def facts_of(document: Any, path: str, method: str) -> Iterator[Fact]:
    """Return the facts of one operation."""
    operation = document["paths"][path][method]
    name = f"{method.upper()} {path}"
    for parameter in operation.get("parameters", ()):
        found = resolved(document, parameter)
        place = f"{found['in']} parameter {found['name']}"
        yield Fact(name, place, "declared")
        if found.get("required"):
            yield Fact(name, place, "required")
        yield from _schema_facts(document, name, place, found["schema"])
    yield from _content_facts(document, name, "request", operation.get("requestBody", {}))
    for status, response in operation["responses"].items():
        yield Fact(name, "answers", "status", int(status))
        for number in problem_numbers(document, response):
            yield Fact(name, f"status {status}", "problem", number)
        if int(status) < 400:
            found = resolved(document, response)
            if "Location" in found.get("headers", {}):
                yield Fact(name, f"status {status}", "header", "Location")
            yield from _content_facts(document, name, "answer", found)


def _content_facts(document: Any, name: str, place: str, node: Mapping[str, Any]) -> Iterator[Fact]:
    content = node.get("content", {})
    for media_type in content:
        yield Fact(name, place, "media type", media_type)
    for media_type in list(content)[:1]:
        yield from _schema_facts(document, name, place, content[media_type].get("schema", {}))


def _schema_facts(document: Any, name: str, place: str, schema: Any) -> Iterator[Fact]:
    schema = resolved(document, schema)
    for keyword in KEYWORDS:
        if schema.get(keyword):
            yield Fact(name, place, keyword, schema[keyword])
    for value in schema.get("enum", ()):
        yield Fact(name, place, "value", value)
    patterns = [one.get("pattern") for one in (schema, *schema.get("anyOf", ()))]
    if given := tuple(pattern for pattern in patterns if pattern):
        yield Fact(name, place, "pattern", given)
    yield from _member_facts(document, name, place, schema)
    if "items" in schema:
        items = resolved(document, schema["items"])
        # The item of a list is a resource, or the row that `include` asks for.
        options = items["anyOf"] if "anyOf" in items and "type" not in items else [items]
        for one in options:
            if resolved(document, one).get("type") != "array":
                yield from _schema_facts(document, name, f"{place}[]", one)


def _member_facts(document: Any, name: str, place: str, schema: Any) -> Iterator[Fact]:
    for member, inner in schema.get("properties", {}).items():
        here = f"{place}.{member}" if " " in place else f"{place} {member}"
        yield Fact(name, here, "declared")
        if member in schema.get("required", ()):
            yield Fact(name, here, "required")
        yield from _schema_facts(document, name, here, inner)
    if schema.get("properties") and schema.get("additionalProperties") is False:
        yield Fact(name, place, "closed")
