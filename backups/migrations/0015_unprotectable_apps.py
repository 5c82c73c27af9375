"""Apps are revised when their cluster takes snapshots, or no more, which creates remember."""

from django.db.migrations import Migration as Base
from django.db.migrations import RunSQL


def _revising(columns: tuple[str, ...]) -> str:
    before, after = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"""
        DROP TRIGGER revises_apps ON clusters_cluster;
        CREATE TRIGGER revises_apps AFTER UPDATE ON clusters_cluster FOR EACH ROW
            WHEN (({before}) IS DISTINCT FROM ({after}))
            EXECUTE FUNCTION astra_revise_apps('cluster')
    """


class Migration(Base):
    dependencies = [("backups", "0014_failed_last")]

    operations = [
        RunSQL(
            _revising(("default_bucket_id", "snapshot_supported", "protection_state")),
            _revising(("default_bucket_id",)),
        )
    ]
