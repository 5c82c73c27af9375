"""What the admin site is told of this family's pages."""

from astra.accounts.contents import Content, register_contents
from astra.adminsite.navigation import SITE, Entry, Group, register_entries
from astra.adminsite.overview import Overview, register_overview

PROTECTION = Group(10, "Protection")


def register_pages() -> None:
    """Register the entries of the sidebar, the overview, and what an account's page links to."""
    register_entries(
        Entry(PROTECTION, 10, "Backups", "backup", "backups.appbackup"),
        Entry(PROTECTION, 20, "Snapshots", "photo_camera", "backups.snapshot"),
        Entry(PROTECTION, 30, "Apps", "deployed_code", "backups.app"),
        Entry(PROTECTION, 40, "Buckets", "database", "backups.bucket"),
        Entry(PROTECTION, 50, "Schedules", "calendar_month", "backups.schedule"),
        Entry(PROTECTION, 60, "App assets", "widgets", "backups.appasset"),
        Entry(SITE, 10, "Administrators", "shield_person", "auth.user"),
    )
    register_contents(
        Content(10, "backups", "backups.appbackup"),
        Content(20, "apps", "backups.app"),
        Content(30, "buckets", "backups.bucket"),
    )
    register_overview(Overview("backups/dashboard/page.html", "backups.admin.dashboard.views.fill"))
