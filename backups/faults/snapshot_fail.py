"""snapshot-fail: a snapshot fails, and with it the backup that was to be made from it."""

from collections.abc import Mapping
from typing import Any

from astra.faults.effects.base import FateEffect, Fates
from backups.faults import endings
from backups.faults.operations import BACKUP_CREATE, SNAPSHOT_CREATE
from backups.lifecycle import FAILED


class SnapshotFail(FateEffect):
    """The snapshot goes to failed."""

    name = "snapshot-fail"
    does = (
        "The snapshot gets as far as `at`, then becomes `failed`; so does a backup whose own"
        " snapshot it is, with the same reasons."
    )
    explained = endings.EXPLAINED
    parameters = endings.EndingParameters
    operations = frozenset({BACKUP_CREATE, SNAPSHOT_CREATE})

    def fates(self, parameters: Mapping[str, Any]) -> Fates:
        """Return the end in failed, of the snapshot alone."""
        return Fates(source=endings.ending(FAILED, parameters))
