"""Writing history outside of settling: one row per step that an action takes."""

from datetime import datetime

from astra.engine.models import Staged, Transition

DELETED = "deleted"


def record_step(kind: str, resource: Staged, to_state: str, now: datetime) -> None:
    """Record a step at the account's instant and set the state; the caller saves the resource."""
    Transition.objects.create(
        account_id=resource.account_id,
        kind=kind,
        resource_id=resource.id,
        sequence=resource.transition_count,
        from_state=resource.state,
        to_state=to_state,
        at=now,
    )
    resource.state = to_state
    resource.transition_count += 1


def record_deletion(kind: str, resource: Staged, now: datetime) -> None:
    """Record that a resource was deleted at the account's instant; its history stays."""
    record_step(kind, resource, DELETED, now)
