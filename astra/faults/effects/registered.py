"""The closed list of effects, in the order in which they are documented."""

from astra.faults.effects.backup_fail import BackupFail
from astra.faults.effects.backup_never_ends import BackupNeverEnds
from astra.faults.effects.backup_remove import BackupRemove
from astra.faults.effects.backup_unknown import BackupUnknown
from astra.faults.effects.base import Effect
from astra.faults.effects.delay import Delay
from astra.faults.effects.drop_connection import DropConnection
from astra.faults.effects.hooks_fail import HooksFail
from astra.faults.effects.refuse import Refuse
from astra.faults.effects.snapshot_fail import SnapshotFail
from astra.faults.effects.status import Status
from astra.faults.effects.truncate import Truncate

EFFECTS: dict[str, Effect] = {
    effect.name: effect
    for effect in (
        BackupFail(),
        BackupRemove(),
        BackupUnknown(),
        BackupNeverEnds(),
        HooksFail(),
        SnapshotFail(),
        Refuse(),
        Status(),
        Delay(),
        DropConnection(),
        Truncate(),
    )
}
