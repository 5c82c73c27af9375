"""The stages of clouds and clusters, as data.

Source: the states of the published schemas; section 2 of the notes on families. A cluster goes through
its stages when it is added, and again when it is managed: its `managedState` is at their end what
``outcome_managed_state`` says.
"""

from collections.abc import Mapping

from astra.engine.stages import Column, Lifecycle, Stage

PENDING = "pending"
DISCOVERING = "discovering"
PROVISIONING = "provisioning"
RUNNING = "running"
FAILED = "failed"
REMOVED = "removed"
UNKNOWN = "unknown"
_PUBLISHED = (PENDING, DISCOVERING, PROVISIONING, RUNNING, FAILED, REMOVED, UNKNOWN)
_REASONS = {"state_unready": Column("outcome_reasons")}
_BY_HAND = {
    PENDING: (FAILED, REMOVED, UNKNOWN),
    DISCOVERING: (FAILED, REMOVED, UNKNOWN),
    PROVISIONING: (FAILED, REMOVED, UNKNOWN),
    RUNNING: (FAILED, REMOVED, UNKNOWN),
    FAILED: (REMOVED, UNKNOWN),
    REMOVED: (FAILED, UNKNOWN),
    UNKNOWN: (FAILED, REMOVED),
}

INELIGIBLE = "ineligible"
DELETING = "deleting"
UNMANAGED = "unmanaged"
MANAGING = "managing"
MANAGED = "managed"
MANAGED_STATES = (PENDING, INELIGIBLE, DELETING, UNMANAGED, MANAGING, MANAGED)
# What a cluster is when it has gone through its stages; any other stays as it is.
MANAGED_IN_THE_END: Mapping[str, str] = {PENDING: UNMANAGED, MANAGING: MANAGED}


def _discovered(name: str, sets: Mapping[str, Column]) -> tuple[Stage, ...]:
    return (
        Stage(f"{name}-discover", "discovering_at", DISCOVERING, delay_seconds=1.0, jitter=0.1),
        Stage(
            f"{name}-complete",
            "ends_at",
            None,
            delay_seconds=2.0,
            jitter=0.1,
            sets=sets,
            also_from=(PROVISIONING,),
        ),
    )


CLOUD = Lifecycle(
    kind="cloud",
    initial=PENDING,
    stages=_discovered("cloud", _REASONS),
    success=RUNNING,
    failures=(FAILED, REMOVED, UNKNOWN),
    by_hand=_BY_HAND,
    published=_PUBLISHED,
)

CLUSTER = Lifecycle(
    kind="cluster",
    initial=PENDING,
    stages=_discovered("cluster", _REASONS | {"managed_state": Column("outcome_managed_state")}),
    success=RUNNING,
    failures=(FAILED, REMOVED, UNKNOWN),
    by_hand=_BY_HAND,
    published=_PUBLISHED,
)
