"""The stages of a mirror, as data, and which states may be asked for.

Source: the published `appMirror` schemas; section 7 of the reference, `families.md`.
"""

from collections.abc import Mapping

from astra.engine.stages import Lifecycle, Stage

ESTABLISHING = "establishing"
ESTABLISHED = "established"
FAILING_OVER = "failingOver"
FAILED_OVER = "failedOver"
DELETING = "deleting"
DELETED = "deleted"

APP_MIRROR = Lifecycle(
    kind="appMirror",
    initial=ESTABLISHING,
    stages=(
        Stage(
            "app-mirror-establish",
            "ends_at",
            None,
            delay_seconds=5.0,
            # The first transfer is of all that the app has.
            depends_on_row=True,
            jitter=0.1,
            also_from=(FAILING_OVER, DELETING),
        ),
    ),
    instead={
        FAILING_OVER: Stage("app-mirror-fail-over", "ends_at", None, delay_seconds=3.0, jitter=0.1),
        DELETING: Stage("app-mirror-delete", "ends_at", None, delay_seconds=2.0, jitter=0.1),
    },
    success=ESTABLISHED,
    failures=(FAILED_OVER, DELETED),
    published=(ESTABLISHING, ESTABLISHED, FAILING_OVER, FAILED_OVER, DELETING, DELETED),
)
# What each state ends in, unless it never ends.
LEADS_TO = {ESTABLISHING: ESTABLISHED, FAILING_OVER: FAILED_OVER, DELETING: DELETED}
# What part of the first transfer a later one takes.
INCREMENT = 0.1

TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    ESTABLISHING: (ESTABLISHED, DELETING),
    ESTABLISHED: (FAILING_OVER, DELETING),
    FAILING_OVER: (FAILED_OVER, DELETING),
    FAILED_OVER: (ESTABLISHING, DELETING),
    DELETING: (DELETED,),
    DELETED: (),
}
# What `stateDesired` may be, and from which states it may be asked for.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    ESTABLISHING: (ESTABLISHED, DELETED),
    ESTABLISHED: (FAILED_OVER, DELETED),
    FAILING_OVER: (FAILED_OVER, DELETED),
    FAILED_OVER: (ESTABLISHED, DELETED),
    DELETING: (DELETED,),
    DELETED: (DELETED,),
}
DESIRED = (ESTABLISHED, FAILED_OVER, DELETED)

TRANSFERRING = "transferring"
IDLE = "idle"
TRANSFER_TRANSITIONS = {TRANSFERRING: (IDLE,), IDLE: (TRANSFERRING,)}

INDETERMINATE = "indeterminate"
NORMAL = "normal"
WARNING = "warning"
CRITICAL = "critical"
HEALTH_STATES = (INDETERMINATE, NORMAL, WARNING, CRITICAL)
HEALTH_TRANSITIONS = {
    state: tuple(other for other in HEALTH_STATES if other != state) for state in HEALTH_STATES
}
