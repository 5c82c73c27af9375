"""Snapshots on the admin site."""

from astra.resources.pages import page_of
from backups.admin.protection import ProtectionPage
from backups.models import Snapshot
from backups.resources.app_snaps import APP_SNAP


@page_of(APP_SNAP)
class SnapshotPage(ProtectionPage):
    """Snapshots."""

    listed = ("next_cell",)
    shown = ("state_unready_cell", ("bucket_cell", "related_cell"), "schedule_cell")

    def choice_text(self, record: Snapshot) -> str:
        """Return the snapshot's name with its app and state."""
        return f"{record.name} · {record.app}, {record.state}"
