"""Django's entry to the protection domain."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Apps, buckets, snapshots and backups."""

    name = "backups"
    verbose_name = "Protection"

    def ready(self) -> None:
        """Register what the simulation advances."""
        from backups.registrations import register_all

        register_all()
