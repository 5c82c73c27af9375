"""A family as it would be added: one line for each of its resources."""

from astra.resources import families


class BulletinsConfig(families.FamilyConfig):
    """Bulletins and notes."""

    name = "tests.adding.bulletins"
    label = "bulletins"
    resources = (
        "tests.adding.bulletins.bulletins.BULLETIN",
        "tests.adding.bulletins.notes.NOTE",
    )
