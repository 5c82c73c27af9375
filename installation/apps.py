"""Django's entry to the installation, as resources."""

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

INSTALLATION = Group(25, "Installation")


class InstallationConfig(families.FamilyConfig):
    """Settings, features, licences, software and support of an account."""

    name = "installation"
    verbose_name = "Installation"
    resources = (
        "installation.resources.settings.SETTING",
        "installation.resources.features.FEATURE",
        "installation.resources.licenses.LICENSE",
        "installation.resources.subscriptions.SUBSCRIPTION",
        "installation.resources.entitlements.ENTITLEMENT",
        "installation.resources.packages.PACKAGE",
        "installation.resources.upgrades.UPGRADE",
        "installation.resources.asups.ASUP",
    )
    entries = (
        Entry(INSTALLATION, 10, "Settings", "tune", "installation.setting"),
        Entry(INSTALLATION, 20, "Features", "toggle_on", "installation.feature"),
        Entry(INSTALLATION, 30, "Licences", "license", "installation.license"),
        Entry(INSTALLATION, 40, "Subscriptions", "payments", "installation.subscription"),
        Entry(INSTALLATION, 50, "Entitlements", "verified", "installation.entitlement"),
        Entry(INSTALLATION, 60, "Packages", "package_2", "installation.package"),
        Entry(INSTALLATION, 70, "Upgrades", "upgrade", "installation.upgrade"),
        Entry(INSTALLATION, 80, "AutoSupport bundles", "support_agent", "installation.asup"),
    )

    def ready(self) -> None:
        """Register the resources, and what every account has of them."""
        super().ready()
        from astra.accounts.beginnings import register_beginning
        from installation.actions.features import features_begin
        from installation.actions.settings import settings_begin

        register_beginning(settings_begin)
        register_beginning(features_begin)
