"""Events, notifications, unread marks and tasks: views of the history; only what was read is stored.

Their ids follow from the id of the resource: they differ in the last 32 bits, so that one is found
by the index of the history on the resource. Source: section 10 of `families.md`.
"""

from typing import Any

from django.db import models
from django.db.models.lookups import Exact

from astra.accounts.constraints import is_unique
from astra.accounts.models import Account, Described, User
from astra.api.dice import new_id

SEVERITIES = ("cleared", "indeterminate", "informational", "warning", "critical")
CLASSES = ("system", "user", "security")
TASK_STATES = (
    *("notStarted", "running", "completed", "pausing", "paused"),
    *("cancelling", "cancelled", "failed"),
)


class NoticeIdField(models.UUIDField):  # type: ignore[type-arg]
    """An id that follows from that of a resource, which the column ``resource_id`` has."""


@NoticeIdField.register_lookup
class ById(Exact[Any]):
    """Equal to an id; found by the ids of resources that such an id can follow from."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the comparison, with the range of the resource's id before it."""
        sql, parameters = super().as_sql(compiler, connection)
        right, right_parameters = self.process_rhs(compiler, connection)
        table = self.lhs.alias
        resource = f'"{table}"."resource_id"'
        within = f"{resource} >= notice_first({right}) AND {resource} <= notice_last({right})"
        return f"({within} AND {sql})", [*right_parameters, *right_parameters, *parameters]


class Notice(Described):
    """What follows from the history of one resource."""

    id = NoticeIdField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    resource_id = models.UUIDField()

    class Meta:
        abstract = True
        ordering = ("created_at", "id")


class Step(Notice):
    """A step of a resource, for people."""

    name = models.CharField(max_length=127)
    sequence_count = models.BigIntegerField()
    summary = models.CharField(max_length=79)
    source = models.CharField(max_length=19)
    additional_resource_ids = models.JSONField()
    resource_type = models.CharField(max_length=79)
    correlation_id = models.UUIDField()
    severity = models.CharField(max_length=15)
    audience = models.CharField(max_length=15)
    description = models.CharField(max_length=1023)

    class Meta(Notice.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.summary


class Event(Step):
    """Something that happened (read only)."""

    class Meta(Step.Meta):
        managed = False
        db_table = "notices_event"


class Notification(Step):
    """An event that is worth somebody's attention (read only)."""

    class Meta(Step.Meta):
        managed = False
        db_table = "notices_notification"


class UnreadNotification(Notice):
    """A notification that a user has not read: each is, until its mark is deleted."""

    user = models.ForeignKey(User, on_delete=models.DO_NOTHING)
    notification_id = models.UUIDField()
    sequence_count = models.BigIntegerField()
    severity = models.CharField(max_length=15)

    class Meta(Notice.Meta):
        managed = False
        db_table = "notices_unread"

    def __str__(self) -> str:
        return f"{self.notification_id} of {self.user_id}"


class ReadMark(models.Model):
    """A notification that a user has read."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    notification_id = models.UUIDField()

    class Meta:
        constraints = (
            # what a user has read; deleting a user
            is_unique("read_mark_is_unique", ("user", "notification_id"), "It is read already."),
        )
        indexes = (models.Index(fields=("account",), name="read_mark_by_account"),)

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.notification_id}"


class Task(Notice):
    """Work on a resource, or a part of it (read only)."""

    name = models.CharField(max_length=127)
    summary = models.CharField(max_length=63)
    description = models.CharField(max_length=511)
    service = models.CharField(max_length=31)
    parent_task_id = models.UUIDField(null=True)
    resource_uri = models.CharField(max_length=4095)
    state = models.CharField(max_length=31)
    state_details = models.JSONField()
    order_hint = models.IntegerField()
    start_time = models.DateTimeField(null=True)
    end_time = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(
        null=True, help_text="When it will have ended, if that is known."
    )

    class Meta(Notice.Meta):
        managed = False
        db_table = "notices_task"

    def __str__(self) -> str:
        return self.summary
