"""Django's entry to the protection domain."""

from astra.adminsite.navigation import SITE, Entry, Group, overview

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

PROTECTION = Group(10, "Protection")


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
    entries = (
        Entry(PROTECTION, 10, "Backups", "backup", "backups.appbackup", of_account=10),
        Entry(PROTECTION, 20, "Snapshots", "photo_camera", "backups.snapshot"),
        Entry(PROTECTION, 30, "Apps", "deployed_code", "backups.app", of_account=20),
        Entry(PROTECTION, 40, "Buckets", "database", "backups.bucket", of_account=30),
        Entry(PROTECTION, 50, "Schedules", "calendar_month", "backups.schedule"),
        Entry(PROTECTION, 60, "App assets", "widgets", "backups.appasset"),
        Entry(SITE, 10, "Administrators", "shield_person", "auth.user"),
    )

    def ready(self) -> None:
        """Register the resources, what the layers below are told of them beyond, and the overview."""
        super().ready()
        from backups.faults.effects import register_faults
        from backups.metrics import gauges
        from backups.registrations import register_all
        from installation.metrics import register_gauges

        register_all()
        register_gauges(gauges)
        register_faults()
        overview.template = "backups/dashboard/page.html"
        overview.fill = "backups.admin.dashboard.views.fill"
