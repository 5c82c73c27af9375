"""The admin pages of the protection domain, imported here because Django looks for them here."""

from astra.resources.pages import register_pages
from backups.admin import administrators, app_backups, app_snaps, apps, buckets, schedules

__all__ = ["administrators", "app_backups", "app_snaps", "apps", "buckets", "schedules"]

register_pages("backups")
