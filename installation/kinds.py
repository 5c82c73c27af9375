"""The kinds of resources about the installation, as the API names them."""

from astra.api.resources import ResourceKind

SETTING = ResourceKind("setting", "settings", ("1.1", "1.0"))
FEATURE = ResourceKind("feature", "features", ("1.1", "1.0"))
LICENSE = ResourceKind("license", "licenses", ("1.0",))
ENTITLEMENT = ResourceKind("entitlement", "entitlements", ("1.0",))
SUBSCRIPTION = ResourceKind("subscription", "subscriptions", ("1.2", "1.1", "1.0"))
PACKAGE = ResourceKind("package", "packages", ("1.0",))
UPGRADE = ResourceKind("upgrade", "upgrades", ("1.1", "1.0"))
ASUP = ResourceKind("asup", "asups", ("1.0",))
