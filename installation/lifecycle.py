"""The stages of each resource of the installation, as data.

Source: the states of the published schemas; delays: `docs/architecture.md`, 'Stages'.
"""

from astra.engine.stages import Column, Lifecycle, Stage

PENDING = "pending"
VALID = "valid"
ERROR = "error"

SETTING = Lifecycle(
    kind="setting",
    initial=PENDING,
    stages=(
        Stage(
            "setting-apply",
            "ends_at",
            None,
            delay_seconds=1.0,
            jitter=0.1,
            sets={
                "current_config": Column("outcome_config"),
                "state_unready": Column("outcome_reasons"),
            },
        ),
    ),
    success=VALID,
    failures=(ERROR,),
    published=(VALID, PENDING, ERROR),
)

_DETAILS = {"state_details": Column("outcome_reasons")}

# A bundle is running from the start; how its upload ends, its fate says.
RUNNING = "running"
COMPLETED = "completed"
PARTIAL = "partial"
FAILED = "failed"

ASUP = Lifecycle(
    kind="asup",
    initial=RUNNING,
    stages=(
        Stage(
            "asup-complete",
            "ends_at",
            None,
            delay_seconds=5.0,
            jitter=0.1,
            sets={
                **_DETAILS,
                "upload_state": Column("outcome_upload_state"),
                "upload_state_details": Column("outcome_upload_details"),
            },
        ),
    ),
    success=COMPLETED,
    failures=(PARTIAL, FAILED),
)

VERIFYING = "verifying"
CORRUPT = "corrupt"
INCOMPLETE = "incomplete"
AVAILABLE = "available"

PACKAGE = Lifecycle(
    kind="package",
    initial=VERIFYING,
    stages=(
        Stage("package-verify", "ends_at", None, delay_seconds=2.0, jitter=0.1, sets=_DETAILS),
    ),
    success=AVAILABLE,
    failures=(CORRUPT, INCOMPLETE),
    published=(VERIFYING, CORRUPT, INCOMPLETE, AVAILABLE),
)

UNAVAILABLE = "unavailable"
PROPOSED = "proposed"
SCHEDULED = "scheduled"
COMPLETE = "complete"

# What was proposed waits until it is asked for.
UPGRADE = Lifecycle(
    kind="upgrade",
    initial=UNAVAILABLE,
    stages=(
        Stage("upgrade-propose", "proposed_at", PROPOSED, delay_seconds=1.0, jitter=0.1),
        Stage("upgrade-schedule", "scheduled_at", SCHEDULED),
        Stage("upgrade-start", "running_at", RUNNING, delay_seconds=60.0, jitter=0.1),
        Stage("upgrade-complete", "ends_at", None, delay_seconds=30.0, jitter=0.1, sets=_DETAILS),
    ),
    success=COMPLETE,
    failures=(FAILED,),
)
