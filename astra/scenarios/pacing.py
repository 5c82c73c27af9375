"""The members about stages: how a seeded resource goes on, and what overrides how long stages take."""

from typing import Any

from astra.engine.paces import pace_errors
from astra.engine.stages import MAX_DELAY_SECONDS, Lifecycle
from astra.scenarios.placing import HELD
from astra.scenarios.schema import REASON, closed_object
from astra.scenarios.sections import Item

STAGE_DELAYS = {
    "description": "Seconds by stage, in place of the usual delay.",
    "type": "object",
    "additionalProperties": {"type": "number", "minimum": 0, "maximum": MAX_DELAY_SECONDS},
}
IMMEDIATE_KINDS = {
    "description": "Kinds of resources that are finished as soon as time passes at all.",
    "type": "array",
    "uniqueItems": True,
    "items": {"type": "string"},
}
# The columns, their members, and what they are without.
_PACE: tuple[tuple[str, str, Any], ...] = (
    ("stage_delays", "stageDelays", {}),
    ("immediate_kinds", "immediateKinds", []),
)


def pace(item: Item) -> dict[str, Any]:
    """Return the columns of an item that override how long stages take.

    Raises ``ScenarioError`` for a stage or a kind that nothing has.
    """
    columns = {name: item.get(member, empty) for name, member, empty in _PACE}
    for error in pace_errors(**columns):
        member = next(member for name, member, _ in _PACE if name == error.column)
        raise item.error(error.reason, member, *([] if error.key is None else [error.key]))
    return columns


def fate_schema(lifecycle: Lifecycle, **reasons: Any) -> dict[str, Any]:
    """Return the JSON Schema of `fate`; ``reasons``: what an outcome may come with."""
    choices = (HELD, *lifecycle.final)
    return {
        "description": "How it goes on from a state that is not final; held: not at all.",
        "anyOf": [
            {"enum": list(choices)},
            closed_object({"outcome": {"enum": list(lifecycle.final)}, **reasons}, "outcome"),
        ],
        REASON: f"Must be one of {', '.join(choices)}, or an object with an outcome.",
    }
