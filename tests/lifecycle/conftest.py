"""An account whose stages have fixed delays, and the flag that rewrites the golden outputs.

The snapshot of a create is complete after 3 seconds; the backup discovers at 3, runs at 6 and is
complete at 16.
"""

import pytest

from astra.accounts.models import Account
from tests import world

DELAYS = {
    "app-snap-discover": 1,
    "app-snap-run": 1,
    "app-snap-complete": 1,
    "app-backup-discover": 2,
    "app-backup-run": 3,
    "app-backup-complete": 10,
}


@pytest.fixture
def account(db: None) -> Account:
    return world.make_account(stage_delays=DELAYS)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh-golden",
        action="store_true",
        help="write the golden outputs anew instead of comparing with them",
    )
