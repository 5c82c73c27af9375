"""Django's entry to faults."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Rules by which calls and resources fail."""

    name = "astra.faults"

    def ready(self) -> None:
        """Register the rules as a part of every account, and what steps in before answers."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.accounts.contents import Content, register_contents
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.api.ports import register_interceptor
        from astra.faults.models import FaultRule, keep_constraint
        from astra.faults.requests import intercept

        model = "faults.faultrule"
        register_belongings(Belonging(FaultRule))
        register_contents(Content(order=70, text="fault rules", model=model))
        register_entries(
            Entry(group=SIMULATION, order=30, title="Fault rules", icon="bolt", model=model)
        )
        register_interceptor(intercept)
        keep_constraint(self)
