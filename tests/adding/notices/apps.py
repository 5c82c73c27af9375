"""A family as it would be added: one line for each of its resources."""

from astra.resources import families


class NoticesConfig(families.FamilyConfig):
    """Notifications and notes."""

    name = "tests.adding.notices"
    label = "notices"
    resources = (
        "tests.adding.notices.notifications.NOTIFICATION",
        "tests.adding.notices.notes.NOTE",
    )
