"""The parameters of the operations: identifiers in the path, queries of lists, headers."""

import re
from collections.abc import Mapping
from typing import Any

from astra.api.query import PATTERNS
from astra.api.views import ApiView

QUERY_TEXTS = {
    "include": "Names of members, separated by commas: each item becomes an array of their values.",
    "filter": "Conditions such as `state eq 'completed'`, separated by commas; may be repeated.",
    "orderBy": "The name of a member, ` desc` after it for the descending order.",
    "limit": "The most items to return; more follow by `continue`.",
    "skip": "How many items to pass over.",
    "count": "Adds the number of resources in the whole list to `metadata`.",
    "continue": "The `continue` of the previous answer's `metadata`, to go on after it.",
}
QUERY_EXAMPLES = {
    "include": "id,name,state",
    "filter": "name eq 'nightly'",
    "orderBy": "name desc",
    "limit": "20",
    "skip": "20",
    "count": "true",
}
PRECONDITIONS = {
    "If-Match": "Replace only what still has one of these entity tags.",
    "If-Modified-Since": "Replace only what was modified after this HTTP date.",
    "If-Unmodified-Since": "Replace only what was not modified after this HTTP date.",
}


def parameters_of(schema: Any, view: ApiView, path: str, method: str) -> list[Any]:
    """Return the parameters of an operation, as references."""
    found = [_path(schema, name) for name in re.findall(r"\{(\w+)\}", path)]
    if method == "GET":
        found += [_query(schema, name) for name in PATTERNS if name in view.query_parameters]
    if method == "PUT":
        found += [_header(schema, name, text) for name, text in PRECONDITIONS.items()]
    for name, text in view.headers_read.get(method, {}).items():
        found.append(_header(schema, name, text, {"enum": ["true"]}))
    return found


def _path(schema: Any, name: str) -> Any:
    return _parameter(
        schema,
        name,
        "path",
        f"The id of the {name.removesuffix('_id')}.",
        schema.identifier(),
        required=True,
    )


def _query(schema: Any, name: str) -> Any:
    clause = PATTERNS[name]
    pattern = f"^{clause}(,{clause})*$" if name == "filter" else f"^{clause}$"
    content: dict[str, Any] = {"type": "string", "pattern": pattern}
    if name in QUERY_EXAMPLES:
        content["example"] = QUERY_EXAMPLES[name]
    return _parameter(schema, name, "query", QUERY_TEXTS[name], content)


def _header(schema: Any, name: str, text: str, limits: Mapping[str, Any] = {}) -> Any:
    return _parameter(schema, name, "header", text, {"type": "string", **limits})


def _parameter(
    schema: Any, name: str, place: str, text: str, content: Any, *, required: bool = False
) -> Any:
    parameter = {"name": name, "in": place, "description": text, "schema": content}
    if required:
        parameter["required"] = True
    return schema.component("parameters", name, parameter)
