"""backup-never-ends: a backup hangs."""

from collections.abc import Mapping
from typing import Any

from astra.engine.stages import Fate
from astra.faults.effects.base import FateEffect, Fates
from backups.faults.operations import BACKUP_CREATE


class BackupNeverEnds(FateEffect):
    """The backup stays running."""

    name = "backup-never-ends"
    does = "The backup runs for ever: it stays `running`, just short of its last byte."
    operations = frozenset({BACKUP_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the fate without an outcome."""
        return Fates(own=Fate(None))
