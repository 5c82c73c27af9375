"""Django's entry to the simulation."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Stages, history, scenarios, and what steers them."""

    name = "astra.simulation"
    label = "simulation"
    verbose_name = "Simulation"
