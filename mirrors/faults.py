"""What fault rules may do to mirrors: hold them where they are, let transfers fail."""

from collections.abc import Mapping
from typing import Any

from astra.api.serializers import ClosedSerializer
from astra.engine.stages import Fate
from astra.faults.effects.base import FateEffect, Fates
from astra.faults.effects.registered import register_effects
from backups.faults.effects import FAILED_APP, HookDetailsField, HooksFail
from mirrors import kinds

CREATED = f"{kinds.APP_MIRROR.name}.create"
REPLACED = f"{kinds.APP_MIRROR.name}.replace"
# Not of a call: a snapshot of a schedule that replicates.
TRANSFERRED = f"{kinds.APP_MIRROR.name}.transfer"


class DetailsParameters(ClosedSerializer):
    """What is said about it."""

    details = HookDetailsField(required=False, initial=[FAILED_APP])


class StaysSaying(FateEffect):
    """Nothing comes of it, and details say why."""

    explained = {"details": "Objects with `type`, `title` and `detail`."}
    parameters = DetailsParameters

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return no end, with the details."""
        return Fates(own=Fate(None, tuple(self.said(parameters, "details"))))


class MirrorHangs(StaysSaying):
    name = "mirror-hangs"
    does = (
        "The mirror stays `establishing` or `failingOver` for ever, its `healthState` `critical` with"
        " these `healthStateDetails`."
    )
    operations = frozenset({CREATED, REPLACED})


class FailoverHooksFail(HooksFail):
    name = "failover-hooks-fail"
    does = "The mirror fails over, and the app that takes over is ready with these `stateDetails`."
    operations = frozenset({REPLACED})


class TransferFails(StaysSaying):
    name = "transfer-fail"
    does = (
        "The transfer of a schedule's snapshot fails when it would have ended: until the next one that"
        " succeeds the `healthState` is `warning`, with these `healthStateDetails`."
    )
    operations = frozenset({TRANSFERRED})


def register_faults() -> None:
    """Register the effects, in the order in which they are documented."""
    register_effects(MirrorHangs(), FailoverHooksFail(), TransferFails())
