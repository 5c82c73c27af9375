"""AutoSupport bundles. Source: section 10 of `families.md` and the published `asup` schemas."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from astra.api import fields
from astra.resources.composed import Details
from astra.resources.members import BY_SERVICE, REQUIRED, Choice, Flag, Member
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, RETRIEVE, Resource, Seeding
from astra.resources.shapes import Members
from installation import kinds
from installation.actions.asups import asup_create, in_utc, set_window
from installation.lifecycle import ASUP as LIFECYCLE
from installation.models import Asup
from installation.models.support import TriggerType, UploadState
from installation.views import AsupInstance


class MomentField(fields.TimestampField):
    """An instant, also with another offset than that of UTC, as the API's own client sends it."""

    def to_internal_value(self, data: Any) -> str:
        """Return the instant in UTC; fails with `pattern`."""
        return super().to_internal_value(in_utc(data) if isinstance(data, str) else data)


class Moment(Member):
    """An end of the window, as it was sent, in UTC."""

    field_class = MomentField


class UploadDetails(Details):
    """`uploadStateDetails`: there as soon as `uploadState` is."""

    reads_also = ("upload_state",)
    there = staticmethod(attrgetter("upload_state"))


def complete(row: Asup, now: datetime) -> Sequence[str]:
    """Set the window where nothing is said of it; refuse one that is none (problem 9)."""
    set_window(row, row.created_at)
    return ()


MEMBERS = Members(
    kinds.ASUP,
    Choice("creationState", column="state", choices=LIFECYCLE.states, **BY_SERVICE),
    Details("creationStateDetails", column="state_details", label="Why", **BY_SERVICE),
    Flag("upload", create=REQUIRED),
    Choice("uploadState", choices=UploadState.values, sometimes=True, **BY_SERVICE),
    UploadDetails("uploadStateDetails", sometimes=True, **BY_SERVICE),
    Choice("triggerType", choices=TriggerType.values, **BY_SERVICE),
    Moment("dataWindowStart"),
    Moment("dataWindowEnd"),
    module=__name__,
    strict_metadata=True,
)

ASUP = Resource(
    model=Asup,
    members=MEMBERS,
    paths=("core/v1/asups",),
    within=WHOLE_ACCOUNT,
    methods=frozenset({"GET", "POST"}),
    write_role="admin",
    failures={},
    simplified={
        CREATE: "nothing is collected and nothing is sent to NetApp.",
        RETRIEVE: "the archive has the bundle's own JSON alone.",
    },
    lifecycle=LIFECYCLE,
    complete=complete,
    create=asup_create,
    instance=AsupInstance,
    columns=("dataWindowStart", "creationState", "uploadState"),
    key="dataWindowStart",
    seeding=Seeding(order=21, by="installation.scenarios.asups.AsupSection"),
)
