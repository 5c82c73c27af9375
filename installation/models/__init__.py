"""The tables of the installation, one module per subject."""

from installation.models.licensing import Entitlement, License, Subscription
from installation.models.settings import SETTING_NAME_MAX_LENGTH, Feature, Setting
from installation.models.software import Package, Upgrade
from installation.models.support import Asup

__all__ = (
    "SETTING_NAME_MAX_LENGTH",
    "Asup",
    "Entitlement",
    "Feature",
    "License",
    "Package",
    "Setting",
    "Subscription",
    "Upgrade",
)
