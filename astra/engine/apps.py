"""Django's entry to the engine."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Stages, clocks, history, and what carries them out."""

    name = "astra.engine"

    def ready(self) -> None:
        """Register the history as a part of every account, and its page."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.accounts.contents import Content, register_contents
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.engine.models import Transition

        model = "engine.transition"
        register_belongings(Belonging(Transition))
        register_contents(Content(order=50, text="history", model=model))
        register_entries(
            Entry(group=SIMULATION, order=10, title="Transitions", icon="timeline", model=model)
        )
