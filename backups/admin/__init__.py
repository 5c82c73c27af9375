"""The admin pages of the protection domain, imported here because Django looks for them here."""

from backups.admin import administrators, app_backups, app_snaps, apps, buckets, schedules

__all__ = ["administrators", "app_backups", "app_snaps", "apps", "buckets", "schedules"]
