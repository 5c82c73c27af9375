"""hooks-fail: the execution hooks fail, the backup or snapshot does not."""

from collections.abc import Mapping
from typing import Any

from astra.api.serializers import ClosedSerializer
from astra.engine.stages import Fate
from astra.faults.effects.base import FateEffect, Fates
from backups.faults.endings import HookDetailsField
from backups.faults.operations import BACKUP_CREATE, SNAPSHOT_CREATE
from backups.lifecycle import COMPLETED
from backups.models.protection import HookState


class HooksFailParameters(ClosedSerializer):
    """What the hooks said."""

    details = HookDetailsField(min_length=1)


class HooksFail(FateEffect):
    """`hookState` is failed."""

    name = "hooks-fail"
    does = (
        "Backup or snapshot is completed, with `hookState` `failed` and these `hookStateDetails`."
    )
    explained = {"details": "At least one object with `type`, `title` and `detail`."}
    parameters = HooksFailParameters
    operations = frozenset({BACKUP_CREATE, SNAPSHOT_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return completion with failed hooks."""
        details = tuple(parameters["details"])
        return Fates(own=Fate(COMPLETED, hook_state=HookState.FAILED, hook_details=details))
