"""Writing history outside of settling: one row per step that an action takes."""

from datetime import datetime

from astra.simulation.models import Staged, Transition

DELETED = "deleted"


def record_deletion(kind: str, resource: Staged, now: datetime) -> None:
    """Record that a resource was deleted at the account's instant; its history stays."""
    Transition.objects.create(
        account_id=resource.account_id,
        kind=kind,
        resource_id=resource.id,
        sequence=resource.transition_count,
        from_state=resource.state,
        to_state=DELETED,
        at=now,
    )
