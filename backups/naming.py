"""Names that the system gives: `<app>-<what>-<UTC yyyymmddhhmmss>-<8 hex of the id>`.

``create_statement`` composes the same in SQL, for the hot path; a test holds the two together.
"""

import uuid
from datetime import UTC, datetime

# Cut of the app's name: what follows must fit into a DNS label of 63 characters.
APP_NAME_CUT = 32


def system_name(app_name: str, what: str, now: datetime, identifier: uuid.UUID) -> str:
    """Return the system's name for a snapshot or backup made at the account's instant ``now``."""
    instant = now.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{app_name[:APP_NAME_CUT]}-{what}-{instant}-{str(identifier)[:8]}"
