"""The query parameters of a request, checked by their published patterns.

Source: section 3 of `appbackup.md` and the `query_…` schemas. An unknown parameter is problem 6, a
malformed value or a repeated parameter other than `filter` problem 5, each with `invalidParams`.
Malformed on any operation is what is not percent-encoded UTF-8.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from astra.api.problems import INVALID_QUERY, UNSUPPORTED_QUERY, ApiProblem, Invalid

_FIELD = r"[0-9a-zA-Z]+(?:\[\*\])?(?:\.[0-9a-zA-Z]+(?:\[\*\])?)*"
PATTERNS = {
    "include": r"[0-9a-zA-Z]+(,[0-9a-zA-Z]+)*",
    "limit": r"[1-9][0-9]*",
    "skip": r"[1-9][0-9]*",
    "count": r"true",
    "continue": r"([0-9a-zA-Z+/]{4})*([0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?",
    "orderBy": r"[0-9a-zA-Z]+( desc)?",
    "filter": rf"({_FIELD}) (eq|lt|gt|lte|gte|in) '([0-9a-zA-Z.,\-_:;/<=>?@\[\\\]^ {{}}\"]+)'",
}
COLLECTION_PARAMETERS = frozenset(PATTERNS)
_CLAUSE = re.compile(PATTERNS["filter"])
# Of a whole value; `filter` takes several clauses, as in `a eq 'x',b eq 'y'`.
_WHOLE = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_WHOLE["filter"] = re.compile("{0}(,{0})*".format(PATTERNS["filter"]))
# What `parse_qsl` makes of bytes that are no UTF-8.
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Clauses of `filter` in one call; each makes the statement longer.
MOST_CONDITIONS = 32
# PostgreSQL's bigint; more rows than that cannot be asked for.
_MAX_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause of `filter`."""

    path: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a collection, parsed."""

    include: tuple[str, ...] = ()
    limit: int | None = None
    skip: int = 0
    count: bool = False
    continue_token: str | None = None
    order_by: str | None = None
    descending: bool = False
    conditions: tuple[Condition, ...] = ()


EMPTY = Query()


def parse_query(query_string: str, allowed: frozenset[str]) -> Query:
    """Return the parsed parameters. Raises problem 6 or 5 naming each bad parameter."""
    if not query_string:
        return EMPTY
    values = parse_parameters(query_string, allowed)
    invalid = [
        Invalid(name, reason)
        for name, given in values.items()
        if (reason := _why_invalid(name, given)) is not None
    ]
    if invalid:
        raise ApiProblem(INVALID_QUERY, params=invalid)
    return _build(values)


def parse_parameters(query_string: str, allowed: frozenset[str]) -> dict[str, list[str]]:
    """Return the values of each parameter. Raises problem 5 for what is no UTF-8, 6 for the unknown."""
    pairs = parse_qsl(query_string, keep_blank_values=True, max_num_fields=None)
    undecodable = sorted({name for name, value in pairs if REPLACEMENT in name + value})
    if undecodable:
        raise ApiProblem(
            INVALID_QUERY, params=[Invalid(name, "Must be UTF-8.") for name in undecodable]
        )
    unknown = sorted({name for name, _ in pairs if name not in allowed})
    if unknown:
        raise ApiProblem(
            UNSUPPORTED_QUERY,
            params=[Invalid(name, "This endpoint has no such parameter.") for name in unknown],
        )
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        # The published patterns of `filter` and `orderBy` let a literal %20 stand for a blank.
        values.setdefault(name, []).append(value.replace("%20", " "))
    return values


def _why_invalid(name: str, given: list[str]) -> str | None:
    if len(given) > 1 and name != "filter":
        return "Must not be repeated."
    if not all(_WHOLE[name].fullmatch(value) for value in given):
        return f"Must match ^{PATTERNS[name]}$."
    # Each clause has its value in quotes, which no value contains.
    if name == "filter" and sum(value.count("'") for value in given) > 2 * MOST_CONDITIONS:
        return f"Must not have more than {MOST_CONDITIONS} clauses."
    if name in ("limit", "skip") and (len(given[0]) > 19 or int(given[0]) > _MAX_NUMBER):
        return f"Must not be greater than {_MAX_NUMBER}."
    return None


def _build(values: dict[str, list[str]]) -> Query:
    order = values.get("orderBy", [""])[0].split(" ")
    return Query(
        include=tuple(values["include"][0].split(",")) if "include" in values else (),
        limit=int(values["limit"][0]) if "limit" in values else None,
        skip=int(values["skip"][0]) if "skip" in values else 0,
        count="count" in values,
        continue_token=values["continue"][0] if "continue" in values else None,
        order_by=order[0] or None,
        descending=len(order) > 1,
        conditions=tuple(
            Condition(*clause)
            for text in values.get("filter", ())
            for clause in _CLAUSE.findall(text)
        ),
    )
