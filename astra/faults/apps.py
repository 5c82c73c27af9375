"""Django's entry to faults."""

from django.apps import AppConfig


class FaultsConfig(AppConfig):
    """Rules by which calls and resources fail."""

    name = "astra.faults"

    def ready(self) -> None:
        """Register the rules as a part of every account, and what steps in before answers."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.api.ports import register_interceptor
        from astra.faults.models import FaultRule
        from astra.faults.requests import intercept

        register_belongings(Belonging(FaultRule))
        register_interceptor(intercept)
