"""Django's entry to scenarios."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """Documents that say what there is at the start."""

    name = "astra.scenarios"

    def ready(self) -> None:
        """Register the page of what was loaded."""
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries

        model = "scenarios.seededscenario"
        register_entries(
            Entry(group=SIMULATION, order=40, title="Scenarios", icon="movie", model=model)
        )
