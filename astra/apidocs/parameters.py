"""The parameters of the operations: identifiers in the path, queries of lists, headers."""

import re
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

    def parameter(place: str, name: str, text: str, content: Any, **more: bool) -> Any:
        document = {"name": name, "in": place, "description": text, "schema": content, **more}
        return schema.component("parameters", name, document)

    found = []
    for name in re.findall(r"\{(\w+)\}", path):
        text = f"The id of the {name.removesuffix('_id')}."
        found.append(parameter("path", name, text, schema.identifier(), required=True))
    if method == "GET":
        names = [name for name in PATTERNS if name in view.query_parameters]
        found += [parameter("query", name, QUERY_TEXTS[name], _query(name)) for name in names]
    if method == "PUT":
        text_type = {"type": "string"}
        found += [parameter("header", *each, text_type) for each in PRECONDITIONS.items()]
    flag = {"type": "string", "enum": ["true"]}
    headers = view.headers_read.get(method, {})
    return found + [parameter("header", *each, flag) for each in headers.items()]


def _query(name: str) -> Any:
    clause = PATTERNS[name]
    pattern = f"^{clause}(,{clause})*$" if name == "filter" else f"^{clause}$"
    example = {"example": QUERY_EXAMPLES[name]} if name in QUERY_EXAMPLES else {}
    return {"type": "string", "pattern": pattern, **example}
