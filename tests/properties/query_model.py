"""What a list answers to its query parameters, in plain Python over the unqueried list."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

PATTERNS = {
    "limit": r"[1-9][0-9]*",
    "skip": r"[1-9][0-9]*",
    "count": r"true",
    "include": r"[0-9a-zA-Z]+(,[0-9a-zA-Z]+)*",
    "orderBy": r"[0-9a-zA-Z]+( desc)?",
    "filter": r"[0-9a-zA-Z.\[\]*]+ (eq|lt|gt|lte|gte|in) '[^']+'",
}
INSTANTS = {
    "metadata.creationTimestamp",
    "metadata.modificationTimestamp",
    "backupCreationTimestamp",
}
NUMBERS = {"totalBytes", "bytesDone", "percentDone"}
TEXTS = {
    "type",
    "version",
    "id",
    "name",
    "bucketID",
    "snapshotID",
    "scheduleID",
    "state",
    "stateUnready[*]",
    "hookState",
    "metadata.createdBy",
    "metadata.modifiedBy",
    "metadata.labels[*].name",
    "metadata.labels[*].value",
}
PATHS = INSTANTS | NUMBERS | TEXTS
ORDERABLE = {path for path in PATHS if re.fullmatch("[0-9a-zA-Z]+", path)}
MEMBERS = {
    *ORDERABLE,
    "stateUnready",
    "hookStateDetails",
    "metadata",
}


class Refused(Exception):
    """The query is refused with problem 5."""


def answer(items: list[dict[str, Any]], parameters: dict[str, str]) -> tuple[list[Any], int]:
    """Return the items that the list shows, and how many match in all. Raises ``Refused``."""
    for name, value in parameters.items():
        if not re.fullmatch(PATTERNS[name], value):
            raise Refused
    included = parameters.get("include", "").split(",") if "include" in parameters else []
    if set(included) - MEMBERS:
        raise Refused
    matching = [item for item in items if _matches(item, parameters.get("filter"))]
    ordered = _ordered(matching, parameters.get("orderBy"))
    first = int(parameters.get("skip", 0))
    last = first + int(parameters["limit"]) if "limit" in parameters else None
    shown: list[Any] = ordered[first:last]
    if included:
        shown = [[item.get(name) for name in included] for item in shown]
    return shown, len(matching)


def _matches(item: dict[str, Any], clause: str | None) -> bool:
    if clause is None:
        return True
    parts = re.fullmatch(r"(\S+) (\S+) '([^']+)'", clause)
    assert parts is not None
    path, operator, literal = parts.groups()
    if path not in PATHS:
        raise Refused
    wanted = [_parse(path, part) for part in literal.split(",")] if operator == "in" else []
    single = None if operator == "in" else _parse(path, literal)
    tests: dict[str, Callable[[Any], bool]] = {
        "eq": lambda value: value == single,
        "lt": lambda value: value < single,
        "lte": lambda value: value <= single,
        "gt": lambda value: value > single,
        "gte": lambda value: value >= single,
        "in": lambda value: value in wanted,
    }
    return any(tests[operator](_value(path, value)) for value in _extract(item, path))


def _ordered(items: list[dict[str, Any]], order: str | None) -> list[dict[str, Any]]:
    if order is None:
        return items
    path, _, descending = order.partition(" ")
    if path not in ORDERABLE:
        raise Refused
    by_id = sorted(items, key=lambda item: item["id"])
    present = [item for item in by_id if path in item]
    # Sorting is stable, reversed too: among equals the id stays ascending.
    present.sort(key=lambda item: _value(path, item[path]), reverse=bool(descending))
    return present + [item for item in by_id if path not in item]


def _extract(value: Any, path: str) -> list[Any]:
    values = [value]
    for step in path.split("."):
        name, is_array = step.removesuffix("[*]"), step.endswith("[*]")
        values = [item[name] for item in values if name in item]
        if is_array:
            values = [element for array in values for element in array]
    return values


def _parse(path: str, literal: str) -> Any:
    if path in NUMBERS:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", literal):
            raise Refused
        return float(literal)
    if path in INSTANTS:
        try:
            instant = datetime.fromisoformat(literal)
        except ValueError as error:
            raise Refused from error
        if not literal.endswith("Z"):
            raise Refused
        return instant
    return literal


def _value(path: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if path in INSTANTS else value
