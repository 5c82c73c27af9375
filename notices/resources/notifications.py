"""Events, and those of them that are notifications: read only.

Source: section 10 of `families.md` and the published `event` and `notification` schemas.
"""

from datetime import datetime
from typing import Any

from astra.api.clock import timestamp
from astra.api.fields import IdentifierField
from astra.api.query import COLLECTION_PARAMETERS
from astra.api.resources import ResourceKind
from astra.resources.composed import Several
from astra.resources.members import Choice, Identifier, Instant, Number, Text
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from notices import kinds
from notices.models import CLASSES, SEVERITIES, Event, Notification
from notices.reach import OfSubject

TYPE_PATTERN = "^application/astra-([a-zA-Z])+$"
NAME_PATTERN = r"^([a-z]+\.)+[a-z]+$"
NAME: Any = {"min_length": 3, "max_length": 127}
TYPE: Any = {"min_length": 4, "max_length": 79}
FOLLOWS = (
    "they follow from the history of backups, snapshots, apps and whatever else moves by itself; what"
    " is merely written, such as a new token, has none."
)


class EventTime(Instant):
    """`eventTime`: whole seconds, as callers parse it."""

    def written(self, row: Any, now: datetime) -> Any:
        instant: datetime = row.created_at
        return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant.year > 999 else timestamp(instant)


def members(kind: ResourceKind) -> Members:
    """Return the members that events and notifications have alike."""
    return Members(
        kind,
        Text("name", pattern=NAME_PATTERN, **NAME, example="astra.app.failed"),
        Number("sequenceCount"),
        Text("summary", min_length=3, max_length=79),
        EventTime("eventTime", column="created_at"),
        Text("source", pattern="^([a-z-])*$", min_length=1, max_length=19),
        Identifier("resourceID"),
        Several("additionalResourceIDs", of=IdentifierField),
        Text("resourceType", pattern=TYPE_PATTERN, **TYPE, example="application/astra-app"),
        Identifier("correlationID"),
        Choice("severity", choices=SEVERITIES),
        Choice("class", column="audience", choices=CLASSES),
        Text("description", min_length=3, max_length=1023),
        Identifier("accountID"),
        module=__name__,
    )


OPTIONS: Any = {
    "within": OfSubject(says_type=True),
    "published_parameters": COLLECTION_PARAMETERS,
    "simplified": {LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    "columns": ("summary", "severity", "resourceType"),
    "key": "summary",
    "seeding": None,
}

EVENT = Resource(model=Event, members=members(kinds.EVENT), paths=("core/v1/events",), **OPTIONS)

NOTIFICATION = Resource(
    model=Notification,
    members=members(kinds.NOTIFICATION),
    paths=("core/v1/notifications",),
    **OPTIONS,
)
