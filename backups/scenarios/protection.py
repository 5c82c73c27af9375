"""The members of seeded snapshots and backups, as JSON Schema and as columns."""

from collections.abc import Mapping
from typing import Any

from astra.engine.stages import Lifecycle
from astra.scenarios.placing import Fate, Placement, staged_columns
from astra.scenarios.schema import ref
from astra.scenarios.staging import fate_schema
from backups.models.protection import HookState

_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}


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
        "fate": fate_schema(lifecycle, percentDone=_PERCENT, stateUnready=ref("reasons")),
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
