"""Django's entry to the engine."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    """Stages, clocks, history, and what carries them out."""

    name = "astra.engine"

    def ready(self) -> None:
        """Register the history as a part of every account, its page, and what settles calls."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.api.ports import settlers
        from astra.engine import history, logins
        from astra.engine.advancing import settle_at_once
        from astra.engine.chores import trimmers
        from astra.engine.models import Transition

        register_belongings(Belonging(Transition))
        trimmers.extend((history.new_trimmer, logins.new_trimmer))
        settlers.append(settle_at_once)
        register_entries(
            Entry(SIMULATION, 10, "Transitions", "timeline", "engine.transition", of_account=50)
        )
