"""Saying whether the calls were made that should have been, how often, in which order; else, what came
nearest.
"""

import uuid
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from django.db.models import QuerySet

from astra.journal.matching import Match, found, mismatches
from astra.journal.models import JournalEntry
from astra.journal.searching import kept, represent

# How many calls are told that came near, and among how many of the newest they are looked for.
MOST_NEAR = 3
LOOKED_AT = 200


def verify(account_id: uuid.UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict on what a validated body asks of an account's journal."""
    rows = kept(account_id)
    if "inOrder" in asked:
        return _verify_order(rows, asked["inOrder"])
    match = asked.get("match", {})
    sequences = found(rows, match)
    least, most = _bounds(asked)
    count = len(sequences)
    verified = count >= least and (most is None or count <= most)
    reason = f"Expected {_range(least, most)}; {_calls(count)} matched."
    nearest = _nearest(rows, match, sequences) if count < least else []
    return _verdict(count, reason, nearest, verified=verified)


def _verdict(count: int, reason: str, nearest: Any = (), *, verified: bool) -> dict[str, Any]:
    """Return the JSON of a verdict; ``count``: the calls that match, or as far as the order goes."""
    return {"verified": verified, "count": count, "reason": reason, "nearest": nearest}


def _verify_order(rows: QuerySet[JournalEntry], matches: list[Match]) -> dict[str, Any]:
    """Look for one call after the other; others may come between."""
    last = 0
    for number, match in enumerate(matches):
        sequences = found(rows, match)
        position = bisect_right(sequences, last)
        if position == len(sequences):
            after = f" after call {last}" if last else ""
            reason = (
                f"Of {len(matches)} calls in order, no call{after} matches number {number + 1}."
            )
            nearest = _nearest(rows, match, [], after=last)
            return _verdict(number, reason, nearest, verified=False)
        last = sequences[position]
    reason = f"{_calls(len(matches))} came in this order."
    return _verdict(len(matches), reason, verified=True)


def _bounds(asked: Mapping[str, Any]) -> tuple[int, int | None]:
    if "exactly" in asked:
        return asked["exactly"], asked["exactly"]
    most = asked.get("atMost")
    return asked.get("atLeast", 1 if most is None else 0), most


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {_calls(least)}"
    if least == most:
        return f"exactly {_calls(least)}"
    return f"at most {_calls(most)}" if least == 0 else f"{least} to {_calls(most)}"


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"


def _nearest(
    rows: QuerySet[JournalEntry], match: Match, matched: list[int], *, after: int = 0
) -> list[dict[str, Any]]:
    """Return the calls that fall short of the match by least, the newest first among equals."""
    others = rows.exclude(sequence__in=matched).order_by("-sequence")[:LOOKED_AT]
    near = [(entry, list(_reasons(entry, match, after))) for entry in others]
    near.sort(key=lambda each: (len(each[1]), -_likeness(each[0], match)))
    return [represent(entry) | {"reasons": reasons} for entry, reasons in near[:MOST_NEAR]]


def _reasons(entry: JournalEntry, match: Match, after: int) -> Iterator[str]:
    yield from mismatches(entry, match)
    if entry.sequence <= after:
        yield f"It came before call {after} or is that call."


def _likeness(entry: JournalEntry, match: Match) -> float:
    pattern = match.get("path")
    # Not `ratio`, which takes the square of the length of a path.
    return SequenceMatcher(None, entry.path, pattern).quick_ratio() if pattern else 0.0
