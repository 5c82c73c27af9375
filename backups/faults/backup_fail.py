"""backup-fail: a backup fails."""

from collections.abc import Mapping
from typing import Any

from astra.faults.effects.base import FateEffect, Fates
from backups.faults import endings
from backups.faults.operations import BACKUP_CREATE
from backups.lifecycle import FAILED


class BackupFail(FateEffect):
    """The backup goes to failed."""

    name = "backup-fail"
    does = "The backup gets as far as `at`, then becomes `failed` with these reasons."
    explained = endings.EXPLAINED | {"hookDetails": "If given, hooks failed with these details."}
    parameters = endings.FailingParameters
    operations = frozenset({BACKUP_CREATE})
    example = {"at": 0.4, "reasons": ["Disk full."]}

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the end in failed."""
        return Fates(own=endings.ending(FAILED, parameters))
