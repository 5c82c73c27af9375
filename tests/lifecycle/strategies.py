"""What hypothesis varies: delays, fates, sizes."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from astra.engine.stages import Fate
from backups.lifecycle import APP_BACKUP, SNAPSHOT
from tests.lifecycle.oracle import Overrides

STAGE_NAMES = [stage.name for kind in (SNAPSHOT, APP_BACKUP) for stage in kind.stages]

# The fixtures of a test hold for all its examples: each rolls back what it did.
examples = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

seconds = st.one_of(
    st.sampled_from([0.0, 0.000001, 0.1, 1.001, 2.3, 59.9]),
    st.floats(min_value=-1.0, max_value=1e7, allow_nan=False),
)
overrides = st.builds(
    Overrides,
    delays=st.dictionaries(st.sampled_from(STAGE_NAMES), seconds, max_size=4),
    immediate=st.lists(st.sampled_from(["appBackup", "appSnap"]), unique=True, max_size=2),
)
details = st.just({"type": "hook", "title": "Hook failed", "detail": "Exit code 1."})
reasons = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=127)


@st.composite
def fates(draw: st.DrawFn) -> Fate:
    outcome = draw(
        st.sampled_from(["completed", "completed", "failed", "removed", "unknown", None])
    )
    failing = outcome not in ("completed", None)
    hooks_fail = draw(st.booleans())
    return Fate(
        outcome,
        reasons=tuple(draw(st.lists(reasons, max_size=2))) if failing else (),
        at_fraction=draw(st.floats(0.0, 1.0)) if failing else 1.0,
        hook_state="failed" if hooks_fail else "success",
        hook_details=tuple(draw(st.lists(details, max_size=2))) if hooks_fail else (),
    )
