"""Reading a journal: what is kept of it, what is found in it, and how a call looks as JSON."""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from astra.api.clock import timestamp
from astra.api.media import with_values
from astra.api.problems import Refusal
from astra.journal.criteria import MOST_LISTED, NEWEST_FIRST, whole_number
from astra.journal.matching import BATCH, found, json_or_text
from astra.journal.models import JournalEntry, JournalLoss
from astra.journal.trimming import MOST_WITHOUT_CALLER


def search(account_id: uuid.UUID, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a search finds in the journal of an account, and how many calls it has no more."""
    sequences = chosen(kept(account_id), wanted)
    page = _page(sequences, wanted)
    entries = JournalEntry.objects.filter(account_id=account_id).in_bulk(page)
    return {
        "items": [represent(entries[sequence]) for sequence in page if sequence in entries],
        "metadata": {
            "total": len(sequences),
            "dropped": dropped(account_id),
            "cap": settings.ASTRA.journal_cap,
        },
    }


def kept(account_id: uuid.UUID) -> QuerySet[JournalEntry]:
    """Return the rows that belong to the journal: the newest of either sort, up to its cap.

    The worker trims when there are some more than that; those are not shown.
    """
    rows = JournalEntry.objects.filter(account_id=account_id)
    for is_sort, cap in _sorts():
        newest_beyond = _sequence_at(rows.filter(is_sort), cap)
        if newest_beyond is not None:
            rows = rows.exclude(is_sort, sequence__lte=newest_beyond)
    return rows


def dropped(account_id: uuid.UUID) -> int:
    """Return how many calls the journal has no more, since it was last emptied."""
    loss = JournalLoss.objects.filter(account_id=account_id).first()
    count = JournalEntry.objects.filter(account_id=account_id).count() - kept(account_id).count()
    return count + (loss.dropped if loss else 0)


def _sorts() -> Sequence[tuple[Q, int]]:
    """Return the calls of users and those that nobody of the account made, each with its cap."""
    cap = settings.ASTRA.journal_cap
    return (
        (Q(user_id__isnull=False), cap),
        (Q(user_id__isnull=True), min(cap, MOST_WITHOUT_CALLER)),
    )


def chosen(rows: QuerySet[JournalEntry], wanted: Mapping[str, Any]) -> list[int]:
    """Return the sequence numbers of the rows that a search finds, oldest first."""
    criteria = dict(wanted)
    text = criteria.pop("body", None)
    if text is not None:
        rows = rows.filter(Q(request_body__icontains=text) | Q(response_body__icontains=text))
    return found(rows, criteria)


def entries_found(account_id: uuid.UUID, wanted: Mapping[str, Any]) -> Iterator[JournalEntry]:
    """Yield every call that a search finds, oldest first, some at a time."""
    sequences = chosen(kept(account_id), wanted)
    for start in range(0, len(sequences), BATCH):
        batch = sequences[start : start + BATCH]
        rows = JournalEntry.objects.filter(account_id=account_id, sequence__in=batch)
        yield from rows.order_by("sequence")


class UnknownCallError(Refusal):
    """The journal has no call of this number."""

    def __init__(self, account_id: uuid.UUID, named: str) -> None:
        found = kept(account_id).aggregate(first=Min("sequence"), last=Max("sequence"))
        there = (
            "it is empty" if found["last"] is None else "it has {first} to {last}".format(**found)
        )
        super().__init__(f"The journal has no call {named}; {there}.")


def entry_of(account_id: uuid.UUID, sequence: str) -> JournalEntry | None:
    """Return the call of that number, if the journal has it."""
    number = whole_number(sequence)
    return None if number is None else kept(account_id).filter(sequence=number).first()


def journal_clear(account_id: uuid.UUID) -> int:
    """Empty the journal of an account, and forget what was dropped; return how many calls it had."""
    rows = JournalEntry.objects.filter(account_id=account_id)
    with transaction.atomic():
        JournalLoss.objects.filter(account_id=account_id).delete()
        deleted, _ = rows.delete()
    return deleted


def represent(entry: JournalEntry) -> dict[str, Any]:
    """Return the JSON of a call; no value, no member."""
    document = {
        "sequence": entry.sequence,
        "at": timestamp(entry.at),
        "realAt": timestamp(entry.real_at),
        "durationMilliseconds": entry.duration_milliseconds,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query or None,
        "operation": entry.operation or None,
        "userID": entry.user_id,
        "requestHeaders": entry.request_headers,
        **_body("requestBody", entry.request_body, is_cut=entry.request_body_cut),
        "status": entry.status,
        "problem": entry.problem,
        **_body("responseBody", entry.response_body, is_cut=entry.response_body_cut),
        "correlationID": entry.correlation_id,
        "faultIDs": entry.fault_ids,
    }
    return with_values(document)


def _body(name: str, text: str, *, is_cut: bool) -> dict[str, Any]:
    """Return the members of a body: JSON as it came, however deep; or else its text."""
    is_text = is_cut or json_or_text(text) is text
    sent = text if is_text else orjson.Fragment(text)
    return {name: sent if text else None, f"{name}Cut": is_cut or None}


def _page(sequences: list[int], wanted: Mapping[str, Any]) -> list[int]:
    """Return the part that is listed: behind `after` in the order asked for, up to the limit."""
    limit = wanted.get("limit", MOST_LISTED)
    after = wanted.get("after")
    if wanted.get("order") == NEWEST_FIRST:
        end = len(sequences) if after is None else bisect_left(sequences, after)
        return sequences[max(0, end - limit) : end][::-1]
    start = 0 if after is None else bisect_right(sequences, after)
    return sequences[start : start + limit]


def _sequence_at(rows: QuerySet[JournalEntry], position: int) -> int | None:
    """Return the sequence number of the row at a position from the newest; None if there is none."""
    newest_first = rows.order_by("-sequence").values_list("sequence", flat=True)
    return newest_first[position : position + 1].first()
