"""Whether a call matches, and if not, why: each criterion in a sentence of its own.

Most criteria are asked of the database (``narrow``); patterns of paths and parts of bodies are not
known there, and are looked at row by row (``found``). ``mismatches`` says the same of one call.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson
from django.db.models import QuerySet

from astra.api.clock import timestamp
from astra.api.middleware import tidy
from astra.faults.matching import spellings
from astra.journal.models import JournalEntry

# Rows that are read at a time, where bodies are among what is read.
BATCH = 500
_SHOWN_LENGTH = 80

Match = Mapping[str, Any]

# Criteria that the database decides, and the look-up of each.
_LOOKUPS = {
    **{name: name for name in ("method", "operation", "status", "problem")},
    "fault": "fault_ids__contains",
    "since": "at__gte",
    "until": "at__lt",
}


def narrow(rows: QuerySet[JournalEntry], match: Match) -> QuerySet[JournalEntry]:
    """Return the rows for which those criteria hold that the database decides."""
    wanted = {lookup: match[name] for name, lookup in _LOOKUPS.items() if name in match}
    if "fault" in match:
        wanted["fault_ids__contains"] = [match["fault"]]
    return rows.filter(**wanted)


def found(rows: QuerySet[JournalEntry], match: Match) -> list[int]:
    """Return the sequence numbers of the rows that match, oldest first."""
    rows = narrow(rows, match).order_by("sequence")
    if "body" in match:
        rows = rows.only("sequence", "path", "request_body", "request_body_cut")
        return [
            row.sequence
            for row in in_batches(rows)
            if _path_matches(row.path, match) and not list(_mismatches_of_body(row, match))
        ]
    if "path" in match:
        paths = rows.values_list("sequence", "path")
        return [sequence for sequence, path in paths if _path_matches(path, match)]
    return list(rows.values_list("sequence", flat=True))


def in_batches(rows: QuerySet[JournalEntry]) -> Iterator[JournalEntry]:
    """Yield the rows, oldest first, without having all their bodies in memory."""
    last = 0
    while batch := list(rows.filter(sequence__gt=last).order_by("sequence")[:BATCH]):
        yield from batch
        last = batch[-1].sequence


def mismatches(entry: JournalEntry, match: Match) -> Iterator[str]:
    """Yield why the call does not match; nothing when it does."""
    for name in ("method", "operation", "status", "problem"):
        is_now = getattr(entry, name)
        if name in match and is_now != match[name]:
            begin = f"It has no {name}" if is_now is None else f"The {name} is {is_now}"
            yield f"{begin}, not {match[name]}."
    if "path" in match and not _path_matches(entry.path, match):
        yield f"The path {entry.path} is not like {match['path']}."
    if "fault" in match and match["fault"] not in entry.fault_ids:
        yield f"The fault rule {match['fault']} did not act on it."
    if "since" in match and entry.at < match["since"]:
        yield f"It was at {timestamp(entry.at)}, before {timestamp(match['since'])}."
    if "until" in match and entry.at >= match["until"]:
        yield f"It was at {timestamp(entry.at)}, not before {timestamp(match['until'])}."
    if "body" in match:
        yield from _mismatches_of_body(entry, match)


def is_part(wanted: Any, document: Any) -> bool:
    """Tell whether a JSON value is part of another.

    An object may have more members; an array has as many elements, of which each is part of the
    other's; all else is equal.
    """
    return next(_differences(wanted, document), None) is None


def _path_matches(path: str, match: Match) -> bool:
    pattern: str | None = match.get("path")
    if pattern is None:
        return True
    return any(fnmatchcase(each, pattern) for each in (path, *spellings(tidy(path))))


def _mismatches_of_body(entry: JournalEntry, match: Match) -> Iterator[str]:
    if entry.request_body_cut:
        yield "The body is not kept as a whole."
        return
    if not entry.request_body:
        yield "It has no body."
        return
    yield from _differences(match["body"], json_or_text(entry.request_body))


def json_or_text(body: str) -> Any:
    """Return what the text of a body says as JSON; the text itself if it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body


def _differences(wanted: Any, document: Any) -> Iterator[str]:
    """Yield where the document lacks what is wanted, however deep both are."""
    rest = [("body", wanted, document)]
    while rest:
        place, one, other = rest.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            for name in one:
                if name not in other:
                    yield f"The {place} has no member {name}."
            rest.extend(
                (f"{place}.{name}", one[name], other[name]) for name in one if name in other
            )
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = enumerate(zip(one, other, strict=True))
            rest.extend((f"{place}[{index}]", *pair) for index, pair in pairs)
        elif one is not other if bool in (type(one), type(other)) else one != other:
            yield f"The {place} is {_shown(other)}, not {_shown(one)}."


def _shown(value: Any) -> str:
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return "too deep to be shown"
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"
