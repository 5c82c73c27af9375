"""Django's entry to the engine."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Stages, clocks, history, and what carries them out."""

    name = "astra.engine"

    def ready(self) -> None:
        """Register the history as a part of every account, and its page."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.engine.chores import trimmers
        from astra.engine.history import new_trimmer
        from astra.engine.models import Transition

        register_belongings(Belonging(Transition))
        trimmers.append(new_trimmer)
        register_entries(
            Entry(SIMULATION, 10, "Transitions", "timeline", "engine.transition", of_account=50)
        )
