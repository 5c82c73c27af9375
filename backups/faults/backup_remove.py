"""backup-remove: a backup gets lost in state removed."""

from collections.abc import Mapping
from typing import Any

from astra.faults.effects.base import FateEffect, Fates
from backups.faults import endings
from backups.faults.operations import BACKUP_CREATE
from backups.lifecycle import REMOVED


class BackupRemove(FateEffect):
    """The backup goes to removed."""

    name = "backup-remove"
    does = "The backup gets as far as `at`, then becomes `removed`."
    explained = endings.EXPLAINED
    parameters = endings.EndingParameters
    operations = frozenset({BACKUP_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the end in removed."""
        return Fates(own=endings.ending(REMOVED, parameters))
