"""Django's entry to the engine."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Stages, clocks, history, and what carries them out."""

    name = "astra.engine"

    def ready(self) -> None:
        """Register the history as a part of every account."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.engine.models import Transition

        register_belongings(Belonging(Transition))
