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
