"""What the effects that end a backup or snapshot share: at which point, why, with which hooks."""

from collections.abc import Mapping
from typing import Any

from astra.api import fields
from astra.api.serializers import ClosedSerializer, StateDetailSerializer
from astra.engine.stages import Fate
from astra.faults.effects.base import FractionField
from backups.models.protection import HookState

DEFAULT_REASON = "A fault rule decided so."


class HookDetailsField(fields.UniqueListField):
    """Elements of `hookStateDetails`."""

    child = StateDetailSerializer()


class EndingParameters(ClosedSerializer):
    """When it ends, and the reasons in `stateUnready`."""

    at = FractionField(required=False)
    reasons = fields.ReasonsField(required=False)


class FailingParameters(EndingParameters):
    """An end with hooks that failed, too."""

    hookDetails = HookDetailsField(required=False)


EXPLAINED = {
    "at": "How much of the last stage is over then, 0 to 1; 1 if absent.",
    "reasons": f"What `stateUnready` says; `{DEFAULT_REASON}` if absent.",
}


def ending(outcome: str, parameters: Mapping[str, Any]) -> Fate:
    """Return the fate that ends in ``outcome``."""
    details = tuple(parameters.get("hookDetails", ()))
    return Fate(
        outcome,
        reasons=tuple(parameters.get("reasons", (DEFAULT_REASON,))),
        at_fraction=float(parameters.get("at", 1.0)),
        hook_state=HookState.FAILED if details else HookState.SUCCESS,
        hook_details=details,
    )
