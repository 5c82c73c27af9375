"""backup-unknown: a backup gets lost in state unknown."""

from collections.abc import Mapping
from typing import Any

from astra.faults.effects.base import FateEffect, Fates
from backups.faults import endings
from backups.faults.operations import BACKUP_CREATE
from backups.lifecycle import UNKNOWN


class BackupUnknown(FateEffect):
    """The backup goes to unknown."""

    name = "backup-unknown"
    does = "The backup gets as far as `at`, then becomes `unknown`."
    explained = endings.EXPLAINED
    parameters = endings.EndingParameters
    operations = frozenset({BACKUP_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the end in unknown."""
        return Fates(own=endings.ending(UNKNOWN, parameters))
