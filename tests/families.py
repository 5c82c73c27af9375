"""The families that are installed."""

from django.apps import apps

from astra.resources.families import FamilyConfig

FAMILIES = tuple(
    sorted(config.name for config in apps.get_app_configs() if isinstance(config, FamilyConfig))
)
