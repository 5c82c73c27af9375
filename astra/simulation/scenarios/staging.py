"""The members of seeded resources that have stages, as JSON Schema and as columns."""

from collections.abc import Mapping
from typing import Any

from astra.simulation.models import HookState
from astra.simulation.scenarios.placing import HELD, Fate, Placement, staged_columns
from astra.simulation.scenarios.schema import REASON, ref
from astra.simulation.stages import Lifecycle

_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}


def _fate_schema(lifecycle: Lifecycle, **reasons: Any) -> dict[str, Any]:
    choices = (HELD, *lifecycle.final)
    return {
        "description": "How it goes on from a state that is not final; held: not at all.",
        "anyOf": [
            {"enum": list(choices)},
            {
                "type": "object",
                "required": ["outcome"],
                "additionalProperties": False,
                "properties": {"outcome": {"enum": list(lifecycle.final)}, **reasons},
            },
        ],
        REASON: f"Must be one of {', '.join(choices)}, or an object with an outcome.",
    }


def staged_properties(lifecycle: Lifecycle) -> dict[str, Any]:
    """Return the JSON Schema of state and fate of an app, a bucket and the like."""
    return {
        "state": {"enum": list(lifecycle.states)},
        "stateDetails": ref("stateDetails"),
        "fate": _fate_schema(lifecycle, stateDetails=ref("stateDetails")),
    }


def protection_properties(lifecycle: Lifecycle) -> dict[str, Any]:
    """Return the JSON Schema of what snapshots and backups say of their way."""
    return {
        "state": {"enum": list(lifecycle.states)},
        "stateUnready": ref("reasons"),
        "hookState": {"enum": HookState.values},
        "hookStateDetails": ref("stateDetails"),
        "percentDone": {
            "description": "How far it is, or how far it got before it failed or was lost.",
            **_PERCENT,
        },
        "from": {
            "description": "The state that it was in before it failed or was lost.",
            "enum": list(lifecycle.unfinished),
        },
        "fate": _fate_schema(lifecycle, percentDone=_PERCENT, stateUnready=ref("reasons")),
    }


def protection_columns(
    lifecycle: Lifecycle, placement: Placement, *, state: str, values: Mapping[str, Any], fate: Fate
) -> dict[str, Any]:
    """Return the columns of a snapshot or a backup; ``values`` are members as in the API."""
    unready = list(values.get("stateUnready", ()))
    further = {
        "state_unready": unready,
        "outcome_hook_state": values.get("hookState", HookState.SUCCESS),
        "outcome_hook_details": list(values.get("hookStateDetails", ())),
    }
    return staged_columns(
        lifecycle, placement, state=state, fate=fate, reasons=unready, further=further
    )
