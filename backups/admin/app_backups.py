"""Backups on the admin site."""

from django.contrib import admin
from django.utils.safestring import SafeString

from astra.adminsite import cells
from astra.adminsite.units import human_bytes
from astra.resources.pages import page_of
from backups.admin.protection import ProtectionPage
from backups.models import AppBackup, Snapshot
from backups.resources.app_backups import APP_BACKUP


@page_of(APP_BACKUP)
class AppBackupPage(ProtectionPage):
    """Backups."""

    listed = ("progress_cell", "size_cell")
    shown = (
        "state_unready_cell",
        ("progress_cell", "size_cell"),
        ("bucket_cell", "snapshot_cell"),
        "schedule_cell",
    )

    @admin.display(description="Progress")
    def progress_cell(self, backup: AppBackup) -> SafeString | str:
        """How much is done, at the account's instant."""
        if not backup.has_progress():
            return cells.NOTHING
        return cells.progress_bar(backup.percent_done(backup.account.now()), backup.state)

    @admin.display(description="Size", ordering="total_bytes")
    def size_cell(self, backup: AppBackup) -> str:
        """The bytes that it has when it is complete."""
        return human_bytes(backup.total_bytes) if backup.has_progress() else cells.NOTHING

    @admin.display(description="Snapshot", ordering="snapshot__name")
    def snapshot_cell(self, backup: AppBackup) -> SafeString | str:
        """The snapshot that it was made from, linked by the start of its id: names are long."""
        return cells.row_link(Snapshot, backup.snapshot_id)
