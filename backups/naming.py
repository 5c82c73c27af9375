"""Names that the system gives: `<app>-<what>-<UTC yyyymmddhhmmss>-<8 hex of the id>`.

``create_statement`` composes the same in SQL, for the hot path; a test holds the two together.
"""

import uuid
from datetime import UTC, datetime

from astra.api.patterns import DNS_LABEL_MAX_LENGTH

_STAMP = "%Y%m%d%H%M%S"


def app_name_cut(what: str) -> int:
    """Return how much of the app's name fits: 32 characters of a backup's, 30 of a snapshot's."""
    return DNS_LABEL_MAX_LENGTH - len(f"-{what}-yyyymmddhhmmss-8hexchar")


def system_name(app_name: str, what: str, now: datetime, identifier: uuid.UUID) -> str:
    """Return the system's name for a snapshot or backup made at the account's instant ``now``."""
    instant = now.astimezone(UTC).strftime(_STAMP)
    return f"{app_name[: app_name_cut(what)]}-{what}-{instant}-{str(identifier)[:8]}"
