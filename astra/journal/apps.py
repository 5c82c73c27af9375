"""Django's entry to the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """What was called and answered."""

    name = "astra.journal"

    def ready(self) -> None:
        """Register the journal as a record about every account, and what writes, drains and trims it."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.api.ports import recorders
        from astra.engine.chores import trimmers
        from astra.journal.draining import new_drainer
        from astra.journal.models import JournalEntry, JournalLoss
        from astra.journal.recording import record
        from astra.journal.trimming import new_trimmer

        register_belongings(
            Belonging(JournalEntry, is_state=False), Belonging(JournalLoss, is_state=False)
        )
        register_entries(
            Entry(SIMULATION, 20, "Journal", "receipt_long", "journal.journalentry", of_account=80)
        )
        recorders.append(record)
        trimmers.extend((new_drainer, new_trimmer))
