"""Django's entry to throwaway accounts and checkpoints."""

from django.apps import AppConfig


class IsolationConfig(AppConfig):
    """Accounts of one's own: made, put back, saved, deleted."""

    name = "astra.isolation"

    def ready(self) -> None:
        """Register the records about every account, and the end of those whose time is over."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.engine.chores import Chore, chores
        from astra.isolation.accounts import account_remove, expired_accounts
        from astra.isolation.models import Checkpoint, CheckpointPart, Origin
        from astra.isolation.resetting import remember_origin
        from astra.scenarios.loading import made_accounts

        register_belongings(
            Belonging(Origin, is_state=False, survives_reset=True),
            Belonging(Checkpoint, is_state=False),
            Belonging(CheckpointPart, is_state=False),
        )
        register_entries(
            Entry(SIMULATION, 50, "Checkpoints", "save", "isolation.checkpoint", of_account=60)
        )
        made_accounts.append(remember_origin)
        chores.append(Chore(accounts=expired_accounts, act=account_remove))
