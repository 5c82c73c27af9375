"""Django's entry to faults."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Rules by which calls and resources fail."""

    name = "astra.faults"

    def ready(self) -> None:
        """Register the rules as a part of every account, and what steps in before answers."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.api.ports import interceptors
        from astra.faults.models import FaultRule, keep_constraint
        from astra.faults.requests import intercept

        register_belongings(Belonging(FaultRule))
        register_entries(
            Entry(SIMULATION, 30, "Fault rules", "bolt", "faults.faultrule", of_account=70)
        )
        interceptors.append(intercept)
        keep_constraint(self)
