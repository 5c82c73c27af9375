"""Django's entry to what people are told."""

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

NOTICES = Group(27, "Notices")


class NoticesConfig(families.FamilyConfig):
    """Events, notifications, what a user has not read of them, tasks."""

    name = "notices"
    verbose_name = "Notices"
    resources = (
        "notices.resources.notifications.NOTIFICATION",
        "notices.resources.notifications.EVENT",
        "notices.resources.unread.UNREAD",
        "notices.resources.tasks.TASK",
    )
    entries = (
        Entry(NOTICES, 10, "Notifications", "notifications", "notices.notification"),
        Entry(NOTICES, 20, "Events", "event", "notices.event"),
        Entry(NOTICES, 30, "Tasks", "task", "notices.task"),
    )

    def ready(self) -> None:
        """Register the resources, and the marks of what was read."""
        super().ready()
        from astra.accounts.belongings import Belonging, register_belongings
        from notices.models import ReadMark

        register_belongings(Belonging(ReadMark))
