"""The stages of each resource of the protection domain, as data.

Source: the states of the user's document (appBackup) and of the published `appSnap`; delays: design,
'Time and states'. A backup waits in pending until the snapshot that its call made is complete.
"""

from astra.simulation.stages import Column, Lifecycle, Stage

PENDING = "pending"
DISCOVERING = "discovering"
RUNNING = "running"
COMPLETED = "completed"
FAILED = "failed"
REMOVED = "removed"
UNKNOWN = "unknown"

_HOOKS = {
    "hook_state": Column("outcome_hook_state"),
    "hook_state_details": Column("outcome_hook_details"),
}
_REASONS = {"state_unready": Column("outcome_reasons")}

SNAPSHOT = Lifecycle(
    kind="appSnap",
    initial=PENDING,
    stages=(
        Stage("app-snap-discover", "discovering_at", DISCOVERING, delay_seconds=0.5, jitter=0.1),
        Stage("app-snap-run", "running_at", RUNNING, delay_seconds=0.5, jitter=0.1),
        Stage(
            "app-snap-complete",
            "ends_at",
            None,
            delay_seconds=1.0,
            jitter=0.1,
            sets=_REASONS | _HOOKS,
        ),
    ),
    success=COMPLETED,
    failures=(FAILED, REMOVED, UNKNOWN),
)

APP_BACKUP = Lifecycle(
    kind="appBackup",
    initial=PENDING,
    stages=(
        Stage(
            "app-backup-discover",
            "discovering_at",
            DISCOVERING,
            delay_seconds=2.0,
            jitter=0.1,
            sets=_HOOKS | {"snapshot_shown": True},
        ),
        Stage("app-backup-run", "running_at", RUNNING, delay_seconds=3.0, jitter=0.1),
        Stage(
            "app-backup-complete",
            "ends_at",
            None,
            delay_sql="target.size_bytes::float8 / target.throughput_bytes_per_second::float8",
            jitter=0.1,
            sets=_REASONS,
        ),
    ),
    success=COMPLETED,
    failures=(FAILED, REMOVED, UNKNOWN),
)
