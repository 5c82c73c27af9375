"""The OpenAPI document as a Postman collection (format 2.1), with a folder for each tag.

What a caller has to give is a variable of the collection: the address, both tokens, and every id of a
path, which has the example of the document.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

Json = dict[str, Any]

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL = "baseUrl"
# The variable with the token of each security scheme.
TOKENS = {"bearer": "token", "control": "controlToken"}


def collection(document: Json, *, base_url: str) -> Json:
    """Return the collection of a document, whose calls go to ``base_url`` unless it is changed."""
    folders: dict[str, list[Json]] = {tag["name"]: [] for tag in document["tags"]}
    variables = {BASE_URL: base_url, **dict.fromkeys(TOKENS.values(), "")}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            call = _Call(document, operation)
            variables |= call.ids
            folders[operation["tags"][0]].append(call.item(method.upper(), path))
    about = document["info"]
    return {
        "info": {
            "name": f"{about['title']} {about['version']}",
            "description": about["description"],
            "schema": SCHEMA,
        },
        "auth": _auth("bearer"),
        "variable": [{"key": key, "value": value} for key, value in variables.items()],
        "item": [{"name": name, "item": calls} for name, calls in folders.items() if calls],
    }


class _Call:
    """An operation of the document."""

    def __init__(self, document: Json, operation: Json) -> None:
        self._document = document
        self._operation = operation
        self._parameters = [self._found(each) for each in operation.get("parameters", ())]

    @property
    def ids(self) -> dict[str, str]:
        """The placeholders of its path, each with its example, if it has one."""
        return {each["name"]: str(each.get("example", "")) for each in self._in("path")}

    def item(self, method: str, path: str) -> Json:
        """Return what the collection says of it."""
        media_type, body = self._body()
        headers = [_optional(each) for each in self._in("header")]
        request: Json = {
            "method": method,
            "description": self._operation.get("description", ""),
            "header": headers + ([{"key": "Content-Type", "value": media_type}] if body else []),
            "url": self._url(path),
        }
        if body:
            request["body"] = {"mode": "raw", "raw": body}
        schemes = [name for each in self._operation.get("security", ()) for name in each]
        if "bearer" not in schemes:
            request["auth"] = _auth(schemes[0]) if schemes else {"type": "noauth"}
        return {"name": self._operation["summary"], "request": request}

    def _url(self, path: str) -> Json:
        path = re.sub(r"\{(\w+)\}", r":\1", path)
        return {
            "raw": f"{{{{{BASE_URL}}}}}{path}",
            "host": [f"{{{{{BASE_URL}}}}}"],
            "path": path.strip("/").split("/"),
            "query": [_optional(each) for each in self._in("query")],
            "variable": [
                {**_described(each), "value": f"{{{{{each['name']}}}}}"}
                for each in self._in("path")
            ],
        }

    def _body(self) -> tuple[str, str]:
        """Return the media type and the example of what it takes; empty ones if that is nothing."""
        content = self._found(self._operation.get("requestBody", {})).get("content", {})
        for media_type, described in content.items():
            schema = self._found(described.get("schema", {}))
            example = described.get("example", schema.get("example", {}))
            return media_type, orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()
        return "", ""

    def _in(self, place: str) -> Iterator[Json]:
        return (each for each in self._parameters if each["in"] == place)

    def _found(self, described: Json) -> Json:
        """Return what is described here, or where a reference leads."""
        found = described
        while "$ref" in found:
            at: Any = self._document
            for name in found["$ref"].removeprefix("#/").split("/"):
                at = at[name]
            found = at
        return found


def _described(parameter: Json) -> Json:
    return {"key": parameter["name"], "description": parameter.get("description", "")}


def _optional(parameter: Json) -> Json:
    schema: Mapping[str, Any] = parameter.get("schema", {})
    value = schema.get("example", schema.get("default", next(iter(schema.get("enum", ())), "")))
    return {**_described(parameter), "value": str(value), "disabled": True}


def _auth(scheme: str) -> Json:
    token = {"key": "token", "value": f"{{{{{TOKENS[scheme]}}}}}", "type": "string"}
    return {"type": "bearer", "bearer": [token]}
