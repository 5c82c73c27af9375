"""Django's entry to scenarios."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """Documents that say what there is at the start."""

    name = "astra.scenarios"
    label = "scenarios"
    verbose_name = "Scenarios"

    def ready(self) -> None:
        """Register the page of what was loaded."""
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries

        register_entries(Entry(SIMULATION, 40, "Scenarios", "movie", "scenarios.seededscenario"))
