"""Notifications that a user has not read. Source: the published `unreadNotification` schemas."""

from datetime import datetime

from astra.api.query import COLLECTION_PARAMETERS
from astra.resources.members import Choice, Identifier, Number
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from notices import kinds
from notices.models import SEVERITIES, ReadMark, UnreadNotification
from notices.reach import OfNotification

FOLLOWS = "every notification since the user was made is unread, until its mark is deleted."


def mark_read(row: UnreadNotification, now: datetime) -> None:
    """Keep that the user has read it: it is no longer unread."""
    mark = {"user_id": row.user_id, "notification_id": row.notification_id}
    # The same in every replay.
    ReadMark.objects.get_or_create(**mark, defaults={"account_id": row.account_id, "id": row.id})


UNREAD = Resource(
    model=UnreadNotification,
    members=Members(
        kinds.UNREAD,
        Identifier("notificationID"),
        Number("sequenceCount"),
        Choice("severity", choices=SEVERITIES),
        module=__name__,
    ),
    paths=(
        "core/v1/users/{user_id}/unreadNotifications",
        "core/v1/groups/{group_id}/users/{user_id}/unreadNotifications",
    ),
    within=OfNotification(),
    methods=frozenset({"GET", "DELETE"}),
    write_role="viewer",
    published_parameters=COLLECTION_PARAMETERS,
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    delete=mark_read,
    columns=("severity",),
    key="notificationID",
    seeding=None,
)
