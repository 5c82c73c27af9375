"""The tables of an account that are the simulation's own, or of who calls."""

from astra.accounts.models import Account, RoleBinding, Token, User
from astra.simulation.belongings import Belonging, register_belongings
from astra.simulation.faults.models import FaultRule
from astra.simulation.journal.models import JournalEntry, JournalLoss
from astra.simulation.models import Checkpoint, CheckpointPart, Origin, Transition


def register_own_belongings() -> None:
    """Register them."""
    register_belongings(
        Belonging(Account, column="id", survives_reset=True),
        Belonging(User),
        Belonging(RoleBinding),
        Belonging(Token),
        Belonging(Transition),
        Belonging(FaultRule),
        Belonging(Origin, is_state=False, survives_reset=True),
        Belonging(Checkpoint, is_state=False),
        Belonging(CheckpointPart, is_state=False),
        Belonging(JournalEntry, is_state=False),
        Belonging(JournalLoss, is_state=False),
    )
