"""Django's entry to the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """What was called and answered."""

    name = "astra.journal"

    def ready(self) -> None:
        """Register the journal as a record about every account, and what writes and trims it."""
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.accounts.contents import Content, register_contents
        from astra.adminsite.navigation import SIMULATION, Entry, register_entries
        from astra.api.ports import register_recorder
        from astra.engine.chores import register_trimmer
        from astra.journal.models import JournalEntry, JournalLoss
        from astra.journal.recording import record
        from astra.journal.trimming import new_trimmer

        register_belongings(
            Belonging(JournalEntry, is_state=False), Belonging(JournalLoss, is_state=False)
        )
        model = "journal.journalentry"
        register_contents(Content(order=80, text="journal", model=model))
        register_entries(
            Entry(group=SIMULATION, order=20, title="Journal", icon="receipt_long", model=model)
        )
        register_recorder(record)
        register_trimmer(new_trimmer)
