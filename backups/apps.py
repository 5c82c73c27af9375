"""Django's entry to the protection domain."""

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families


class BackupsConfig(families.FamilyConfig):
    """Apps, buckets, snapshots and backups."""

    name = "backups"
    verbose_name = "Protection"
    resources = (
        "backups.resources.app_backups.APP_BACKUP",
        "backups.resources.apps.APP",
        "backups.resources.buckets.BUCKET",
        "backups.resources.schedules.SCHEDULE",
        "backups.resources.app_snaps.APP_SNAP",
        "backups.resources.app_assets.APP_ASSET",
    )

    def ready(self) -> None:
        """Register the resources, and what the layers below are told of them beyond."""
        super().ready()
        from backups.faults.effects import register_faults
        from backups.pages import register_pages
        from backups.registrations import register_all

        register_all()
        register_faults()
        register_pages()
