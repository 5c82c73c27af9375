"""Django's entry to the simulation."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Stages, history, scenarios, and what steers them."""

    name = "astra.simulation"
    label = "simulation"
    verbose_name = "Simulation"

    def ready(self) -> None:
        """Register what every scenario holds."""
        from astra.simulation.scenarios.people import AccountSection, UserSection
        from astra.simulation.scenarios.sections import register_section

        register_section(AccountSection())
        register_section(UserSection())
