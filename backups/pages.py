"""What the admin site is told of this family's pages."""

from astra.adminsite.navigation import SITE, Entry, Group, overview, register_entries

PROTECTION = Group(10, "Protection")


def register_pages() -> None:
    """Register the entries of the sidebar, and the overview."""
    register_entries(
        Entry(PROTECTION, 10, "Backups", "backup", "backups.appbackup", of_account=(10, "backups")),
        Entry(PROTECTION, 20, "Snapshots", "photo_camera", "backups.snapshot"),
        Entry(PROTECTION, 30, "Apps", "deployed_code", "backups.app", of_account=(20, "apps")),
        Entry(PROTECTION, 40, "Buckets", "database", "backups.bucket", of_account=(30, "buckets")),
        Entry(PROTECTION, 50, "Schedules", "calendar_month", "backups.schedule"),
        Entry(PROTECTION, 60, "App assets", "widgets", "backups.appasset"),
        Entry(SITE, 10, "Administrators", "shield_person", "auth.user"),
    )
    overview.template = "backups/dashboard/page.html"
    overview.fill = "backups.admin.dashboard.views.fill"
