"""What fault rules are told of this family: what they may match, and what they may do to it."""

from astra.faults.criteria import register_criteria
from astra.faults.effects.registered import register_effects
from backups.faults.backup_fail import BackupFail
from backups.faults.backup_never_ends import BackupNeverEnds
from backups.faults.backup_remove import BackupRemove
from backups.faults.backup_unknown import BackupUnknown
from backups.faults.criteria import APP, BUCKET
from backups.faults.hooks_fail import HooksFail
from backups.faults.snapshot_fail import SnapshotFail


def register_faults() -> None:
    """Register criteria and effects, in the order in which they are documented."""
    register_criteria(APP, BUCKET)
    register_effects(
        BackupFail(),
        BackupRemove(),
        BackupUnknown(),
        BackupNeverEnds(),
        HooksFail(),
        SnapshotFail(),
    )
