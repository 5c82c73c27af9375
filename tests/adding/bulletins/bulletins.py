"""Bulletins of an account: read only. Source: the published `bulletin` schemas."""

from django.db import models

from astra.accounts.constraints import by_creation, by_label
from astra.accounts.models import Resource as Row
from astra.api.fields import IdentifierField
from astra.api.resources import ResourceKind
from astra.resources.composed import Several
from astra.resources.members import Choice, Identifier, Instant, Number, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource
from astra.resources.shapes import Members

KIND = ResourceKind("bulletin", "bulletins", ("1.3", "1.2", "1.1", "1.0"))
SEVERITIES = ("cleared", "indeterminate", "informational", "warning", "critical")
CLASSES = ("system", "user", "security")
TYPE_PATTERN = "^application/astra-([a-zA-Z])+$"


class Bulletin(Row):
    """Something that happened, for people."""

    name = models.CharField(max_length=127, db_collation="C")
    sequence_count = models.BigIntegerField()
    summary = models.CharField(max_length=79, db_collation="C")
    event_time = models.DateTimeField()
    source = models.CharField(max_length=19, db_collation="C")
    resource_id = models.UUIDField()
    additional_resource_ids = models.JSONField(default=list)
    resource_type = models.CharField(max_length=79, db_collation="C")
    correlation_id = models.UUIDField()
    severity = models.CharField(max_length=15, db_collation="C")
    audience = models.CharField(max_length=15, db_collation="C")
    description = models.CharField(max_length=1023, db_collation="C")
    corrective_action = models.CharField(max_length=1023, null=True, blank=True, db_collation="C")

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(severity__in=SEVERITIES), name="bulletin_severity_is_known"
            ),
        )
        indexes = (
            # GET …/core/v1/bulletins in the default order, and `continue` in it
            by_creation("bulletin_by_creation"),
            by_label("bulletin_by_label"),
        )

    def __str__(self) -> str:
        return self.summary


BULLETIN = Resource(
    model=Bulletin,
    members=Members(
        KIND,
        Text("name", pattern=r"^([a-z]+\.)+[a-z]+$", max_length=127, example="astra.app.failed"),
        Number("sequenceCount"),
        Text("summary", min_length=3, max_length=79),
        Instant("eventTime"),
        Text("source", pattern="^([a-z-])*$", min_length=1, max_length=19),
        Identifier("resourceID"),
        Several("additionalResourceIDs", of=IdentifierField),
        Text("resourceType", pattern=TYPE_PATTERN, max_length=79, example="application/astra-app"),
        Identifier("correlationID"),
        Choice("severity", choices=SEVERITIES),
        Choice("class", column="audience", choices=CLASSES),
        Text("description", min_length=3, max_length=1023),
        Text("correctiveAction", min_length=3, max_length=1023, sometimes=True),
        module=__name__,
    ),
    paths=("core/v1/bulletins",),
    within=WHOLE_ACCOUNT,
    columns=("summary", "severity"),
    key="summary",
)
