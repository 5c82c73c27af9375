"""What the admin site is told of this family's pages."""

from astra.accounts.contents import Content, register_contents
from astra.adminsite.navigation import SITE, Entry, Group, register_entries
from astra.adminsite.overview import Overview, register_overview

PROTECTION = Group(10, "Protection")


def register_pages() -> None:
    """Register the entries of the sidebar, the overview, and what an account's page links to."""
    register_entries(
        _entry(10, "Backups", "backup", "backups.appbackup"),
        _entry(20, "Snapshots", "photo_camera", "backups.snapshot"),
        _entry(30, "Apps", "deployed_code", "backups.app"),
        _entry(40, "Buckets", "database", "backups.bucket"),
        _entry(50, "Schedules", "calendar_month", "backups.schedule"),
        _entry(60, "App assets", "widgets", "backups.appasset"),
        Entry(
            group=SITE, order=10, title="Administrators", icon="shield_person", model="auth.user"
        ),
    )
    register_contents(
        Content(order=10, text="backups", model="backups.appbackup"),
        Content(order=20, text="apps", model="backups.app"),
        Content(order=30, text="buckets", model="backups.bucket"),
    )
    register_overview(Overview("backups/dashboard/page.html", "backups.admin.dashboard.page.fill"))


def _entry(order: int, title: str, icon: str, model: str) -> Entry:
    return Entry(group=PROTECTION, order=order, title=title, icon=icon, model=model)
