"""Django's entry to scenarios."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """Documents that say what there is at the start."""

    name = "astra.scenarios"
    label = "scenarios"
    verbose_name = "Scenarios"
