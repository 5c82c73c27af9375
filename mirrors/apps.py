"""Django's entry to replication."""

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

REPLICATION = Group(12, "Replication")


class MirrorsConfig(families.FamilyConfig):
    """Mirrors of apps."""

    name = "mirrors"
    verbose_name = "Replication"
    resources = ("mirrors.resources.app_mirrors.APP_MIRROR",)
    entries = (Entry(REPLICATION, 10, "Mirrors", "sync_alt", "mirrors.appmirror"),)

    def ready(self) -> None:
        """Register the resource, and what the layers below are told of it beyond."""
        super().ready()
        from mirrors.faults import register_faults
        from mirrors.registrations import register_all

        register_all()
        register_faults()
