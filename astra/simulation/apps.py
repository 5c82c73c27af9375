"""Django's entry to the simulation."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Stages, history, scenarios, and what steers them."""

    name = "astra.simulation"
    label = "simulation"
    verbose_name = "Simulation"

    def ready(self) -> None:
        """Register what every scenario holds, what belongs to every account, and what steps in
        between requests and answers.
        """
        from astra.api.ports import register_interceptor, register_recorder
        from astra.simulation.faults.requests import intercept
        from astra.simulation.isolation.belongings import register_own_belongings
        from astra.simulation.journal.recording import record
        from astra.simulation.scenarios.people import AccountSection, UserSection
        from astra.simulation.scenarios.sections import register_section

        register_section(AccountSection())
        register_section(UserSection())
        register_own_belongings()
        register_interceptor(intercept)
        register_recorder(record)
