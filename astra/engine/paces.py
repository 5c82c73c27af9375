"""How fast an account, or what is in it, is simulated: seconds by stage, and kinds without delay."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from astra.engine.registry import registrations
from astra.engine.stages import MAX_DELAY_SECONDS


@dataclass(frozen=True, slots=True)
class PaceError:
    """What is wrong with one of the two columns; ``key`` says where in it, None: all of it."""

    column: str
    key: str | int | None
    reason: str


def pace_errors(stage_delays: Any, immediate_kinds: Any) -> Iterator[PaceError]:
    """Yield what is wrong with the columns `stage_delays` and `immediate_kinds`, as JSON has them."""
    lifecycles = [registration.lifecycle for registration in registrations()]
    yield from _delay_errors(
        stage_delays, [name for lifecycle in lifecycles for name in lifecycle.stage_names]
    )
    yield from _kind_errors(immediate_kinds, [lifecycle.kind for lifecycle in lifecycles])


def _delay_errors(stage_delays: Any, stages: list[str]) -> Iterator[PaceError]:
    column = "stage_delays"
    if not isinstance(stage_delays, dict):
        yield PaceError(column, None, "Must be an object of seconds by stage.")
        return
    for name, seconds in stage_delays.items():
        if name not in stages:
            yield PaceError(column, name, f"Must be one of {', '.join(stages)}.")
        elif type(seconds) not in (int, float) or not 0 <= seconds <= MAX_DELAY_SECONDS:
            yield PaceError(column, name, f"Must be 0 to {MAX_DELAY_SECONDS} seconds.")


def _kind_errors(immediate_kinds: Any, kinds: list[str]) -> Iterator[PaceError]:
    column = "immediate_kinds"
    if not isinstance(immediate_kinds, list):
        yield PaceError(column, None, "Must be an array of kinds.")
        return
    for index, kind in enumerate(immediate_kinds):
        if kind not in kinds:
            yield PaceError(column, index, f"Must be one of {', '.join(kinds)}.")


def pace_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the two columns from a form's cleaned data; what is left empty is as usual.

    Raises ``ValidationError``.
    """
    columns = {
        "stage_delays": data["stage_delays"] or {},
        "immediate_kinds": data["immediate_kinds"] or [],
    }
    reasons: dict[str, list[str]] = {}
    for error in pace_errors(**columns):
        place = "" if error.key is None else f"{error.key}: "
        reasons.setdefault(error.column, []).append(place + error.reason)
    if reasons:
        raise ValidationError(reasons)
    return columns
