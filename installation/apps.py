"""Django's entry to the installation, as resources."""

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

INSTALLATION = Group(25, "Installation")


class InstallationConfig(families.FamilyConfig):
    """Settings of an account."""

    name = "installation"
    verbose_name = "Installation"
    resources = ("installation.resources.settings.SETTING",)
    entries = (Entry(INSTALLATION, 10, "Settings", "tune", "installation.setting"),)

    def ready(self) -> None:
        """Register the resources, and what every account has of them."""
        super().ready()
        from astra.accounts.beginnings import register_beginning
        from installation.actions.settings import settings_begin

        register_beginning(settings_begin)
