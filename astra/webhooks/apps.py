"""Django's entry to webhooks."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Telling somebody outside of what ends in an account."""

    name = "astra.webhooks"

    def ready(self) -> None:
        """Register what takes ends in and what tells of them, as records about every account."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.engine.chores import trimmers
        from astra.engine.outbox import outboxes
        from astra.webhooks.delivering import new_deliverer, new_trimmer
        from astra.webhooks.models import Delivery, Webhook
        from astra.webhooks.outbox import OUTBOX

        register_belongings(Belonging(Webhook, is_state=False), Belonging(Delivery, is_state=False))
        register_entries(
            Entry(SIMULATION, 60, "Webhooks", "webhook", "webhooks.webhook", of_account=90)
        )
        outboxes.append(OUTBOX)
        trimmers.extend((new_deliverer, new_trimmer))
