"""What families above hang on to apps and snapshots: they register here when Django starts."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from backups.models import App, Snapshot


class Replicated(NamedTuple):
    """A snapshot that a replicating schedule has begun; ``completed_at`` None: it never will be."""

    app_id: uuid.UUID
    snapshot_id: uuid.UUID
    completed_at: datetime | None


# Each raises the problem of deleting an app or a snapshot, if something keeps it.
keeping_apps: list[Callable[[App], None]] = []
keeping_snapshots: list[Callable[[Snapshot], None]] = []
# Each is told, within the transaction, what replicating schedules of an account make at an instant.
replicating: list[Callable[[uuid.UUID, datetime, Sequence[Replicated]], None]] = []
