"""The story of one record, for people: what happened to it, and what its fate has in store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from astra.engine.models import Staged, Transition
from astra.engine.stages import Lifecycle


@dataclass(frozen=True, slots=True)
class Step:
    """One state that the record came to, or will come to by itself.

    ``after``: the span since the step before, of a coming step the span from now.
    """

    state: str
    at: datetime
    reason: str
    is_ahead: bool
    after: timedelta | None
    repeats: bool = False


def timeline(record: Staged, lifecycle: Lifecycle, now: datetime) -> list[Step]:
    """Return the steps of a record in order: its history, then its fate at the instant ``now``."""
    return [*_history(record, lifecycle), *_fate(record, lifecycle, now)]


def _history(record: Staged, lifecycle: Lifecycle) -> list[Step]:
    rows = Transition.objects.filter(
        account_id=record.account_id, kind=lifecycle.kind, resource_id=record.pk
    ).order_by("sequence")
    steps: list[Step] = []
    for row in rows:
        after = row.at - steps[-1].at if steps else None
        repeats = row.to_state == row.from_state
        steps.append(Step(row.to_state, row.at, row.reason, False, after, repeats))
    return steps


def _fate(record: Staged, lifecycle: Lifecycle, now: datetime) -> list[Step]:
    if record.next_transition_at is None:
        return []
    steps = []
    for stage in lifecycle.stages:
        at: datetime | None = getattr(record, stage.instant_column)
        if at is None or at < record.next_transition_at:
            continue
        if record.ends_at is not None and at > record.ends_at:
            continue
        # The last stage leads to the outcome.
        state = stage.to_state or str(record.outcome)
        reasons = "" if stage.to_state else "; ".join(record.outcome_reasons)
        steps.append(Step(state, at, reasons, True, max(at - now, timedelta(0))))
    return steps
