"""Django's entry to the protection domain."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Apps, buckets, snapshots and backups."""

    name = "backups"
    verbose_name = "Protection"

    def ready(self) -> None:
        """Register what the engine advances, and what scenarios may hold."""
        from backups.registrations import register_all
        from backups.scenarios.registrations import register_sections

        register_all()
        register_sections()
