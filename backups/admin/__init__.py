"""The admin pages of the protection domain, imported here because Django looks for them here."""

from backups.admin import administrators, apps, buckets, protection, schedules

__all__ = ["administrators", "apps", "buckets", "protection", "schedules"]
