"""What members of snapshots, backups and schedules refer to, and those they have in common."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from astra.resources.composed import Details
from astra.resources.members import ABSENT, Choice, Member, Reference
from backups.models.protection import HookState
from backups.problems import BUCKET_NOT_FOUND, SNAPSHOT_NOT_FOUND

A_BUCKET = Reference("bucket", BUCKET_NOT_FOUND, "The account has no such bucket.")
A_SCHEDULE = Reference("schedule")
A_SNAPSHOT = Reference("appSnap", SNAPSHOT_NOT_FOUND, "The account has no such snapshot.")
SYSTEM_NAMED = "A DNS-1123 label. Without one, the system makes one."


class HookDetails(Details):
    """`hookStateDetails`: there as soon as `hookState` is."""

    reads_also = ("hook_state",)
    is_filtered = False
    there = staticmethod(attrgetter("hook_state"))


def each_refusing(*refusals: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return what raises the first refusal of several."""

    def refuse(row: Any) -> None:
        for each in refusals:
            each(row)

    return refuse


def hook_members() -> tuple[Member, Member]:
    """Return the members that say how the execution hooks ended."""
    lacking: Any = {"create": ABSENT, "sometimes": True}
    return (
        Choice("hookState", choices=HookState.values, label="Hooks", **lacking),
        HookDetails("hookStateDetails", label="Details", **lacking),
    )
