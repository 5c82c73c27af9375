"""The closed list of effects, in the order in which they are documented."""

from astra.simulation.faults.effects.backup_fail import BackupFail
from astra.simulation.faults.effects.backup_never_ends import BackupNeverEnds
from astra.simulation.faults.effects.backup_remove import BackupRemove
from astra.simulation.faults.effects.backup_unknown import BackupUnknown
from astra.simulation.faults.effects.base import Effect
from astra.simulation.faults.effects.delay import Delay
from astra.simulation.faults.effects.drop_connection import DropConnection
from astra.simulation.faults.effects.hooks_fail import HooksFail
from astra.simulation.faults.effects.refuse import Refuse
from astra.simulation.faults.effects.snapshot_fail import SnapshotFail
from astra.simulation.faults.effects.status import Status
from astra.simulation.faults.effects.truncate import Truncate

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
