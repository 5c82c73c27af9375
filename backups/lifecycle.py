"""The stages of each resource of the protection domain, as data.

Source: the states of the user's document (appBackup) and of the published `appSnap`; delays:
`docs/architecture.md`, 'Stages'. A backup waits in pending until the snapshot that its call made is
complete.
"""

from astra.engine.stages import Column, Lifecycle, Stage

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

READY = "ready"
PROVISIONING = "provisioning"
RESTORING = "restoring"
UNAVAILABLE = "unavailable"
AVAILABLE = "available"
_DETAILS = {"state_details": Column("outcome_reasons")}


def _copied(name: str) -> Stage:
    """Return a stage that takes as long as what the app has takes at the speed that it is stored with."""
    return Stage(
        name, "discovering_at", DISCOVERING, delay_seconds=4.0, depends_on_row=True, jitter=0.1
    )


# A clone is provisioned, a restored app is restored, before it is discovered.
APP = Lifecycle(
    kind="app",
    initial=PENDING,
    stages=(
        Stage(
            "app-discover",
            "discovering_at",
            DISCOVERING,
            delay_seconds=1.0,
            jitter=0.1,
            also_from=(PROVISIONING, RESTORING),
        ),
        Stage("app-complete", "ends_at", None, delay_seconds=2.0, jitter=0.1, sets=_DETAILS),
    ),
    instead={
        PROVISIONING: _copied("app-provision"),
        RESTORING: _copied("app-restore"),
    },
    success=READY,
    failures=(FAILED, UNAVAILABLE, UNKNOWN),
    published=(PENDING, DISCOVERING, PROVISIONING, READY, FAILED, RESTORING, UNAVAILABLE, UNKNOWN),
)

BUCKET = Lifecycle(
    kind="bucket",
    initial=PENDING,
    stages=(Stage("bucket-verify", "ends_at", None, delay_seconds=1.0, jitter=0.1, sets=_DETAILS),),
    success=AVAILABLE,
    failures=(FAILED, REMOVED, UNKNOWN),
)

# Callers take a snapshot right after the answer that an app is defined.
TAKES_SNAPSHOTS = (PENDING, DISCOVERING, READY)

# What a tester does by hand: end what is under way, lose what is there; nothing comes back.
_BY_HAND = {
    PENDING: (FAILED, REMOVED, UNKNOWN),
    DISCOVERING: (FAILED, REMOVED, UNKNOWN),
    RUNNING: (FAILED, REMOVED, UNKNOWN),
    COMPLETED: (REMOVED, UNKNOWN),
    FAILED: (REMOVED, UNKNOWN),
    REMOVED: (UNKNOWN,),
    UNKNOWN: (REMOVED,),
}

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
    by_hand=_BY_HAND,
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
            # What the app has at the speed that it is stored with.
            depends_on_row=True,
            jitter=0.1,
            sets=_REASONS,
        ),
    ),
    success=COMPLETED,
    failures=(FAILED, REMOVED, UNKNOWN),
    by_hand=_BY_HAND,
    further_instants=("full_at",),
)
