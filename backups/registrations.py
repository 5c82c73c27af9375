"""What the simulation is told of this app's resources."""

from astra.simulation.registry import Registration, register
from backups.lifecycle import APP_BACKUP, COMPLETED, SNAPSHOT
from backups.models import AppBackup, Snapshot

# A completed backup occupies its bucket; one row per bucket and settled set, not per backup.
_STORE = f"""
    , stored AS (
        UPDATE backups_bucket AS bucket
        SET stored_bytes = bucket.stored_bytes + added.bytes
        FROM (
            SELECT bucket_id, sum(total_bytes) AS bytes FROM settled
            WHERE state = '{COMPLETED}' GROUP BY bucket_id
        ) AS added
        WHERE bucket.id = added.bucket_id
    )"""


def register_all() -> None:
    """Register the staged resources, parents first."""
    register(Registration(model=Snapshot, lifecycle=SNAPSHOT, order=10))
    register(
        Registration(
            model=AppBackup, lifecycle=APP_BACKUP, order=20, after_settling_sql=_STORE
        )
    )
