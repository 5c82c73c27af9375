"""How the properties of this folder are run: the same examples each time, in one test's world."""

from hypothesis import HealthCheck, settings

FIXTURES_STAY = [HealthCheck.function_scoped_fixture]
fuzzed = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=FIXTURES_STAY,
)
