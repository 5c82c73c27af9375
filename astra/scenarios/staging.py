"""The members of seeded resources that have stages, as JSON Schema."""

from typing import Any

from astra.engine.stages import Lifecycle
from astra.scenarios.placing import HELD
from astra.scenarios.schema import REASON, closed_object


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
