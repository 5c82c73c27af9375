"""Schedule: when an app is snapshotted and backed up by itself."""

from django.db import models
from django.db.models import Case, F, Q, Value, When

from astra.accounts.constraints import holds, is_known, listed, where_set
from astra.accounts.models import Resource
from backups.models.apps import App
from backups.models.buckets import Bucket

NAME_MAX_LENGTH = 63
RETENTION_MAX_LENGTH = 63
RETENTION_PATTERN = "^(0|([1-9][0-9]*))$"


class Granularity(models.TextChoices):
    """`granularity` of a schedule."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


class Schedule(Resource):
    """A protection schedule of an app. Numbers are kept as the strings that the API speaks."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, db_index=False)
    bucket = models.ForeignKey(
        Bucket, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    enabled = models.BooleanField(default=True)
    granularity = models.CharField(max_length=7, choices=Granularity.choices, db_collation="C")
    minute = models.CharField(max_length=2, default="0")
    hour = models.CharField(max_length=2, null=True, blank=True)
    day_of_week = models.CharField(max_length=1, null=True, blank=True)
    day_of_month = models.CharField(max_length=2, null=True, blank=True)
    recurrence_rule = models.TextField(null=True, blank=True)
    snapshot_retention = models.CharField(max_length=RETENTION_MAX_LENGTH)
    backup_retention = models.CharField(max_length=RETENTION_MAX_LENGTH)
    replicate = models.BooleanField(default=False)
    # The account's instant of the next firing; NULL while the schedule is disabled.
    next_firing_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("schedule_granularity_is_known", "granularity", Granularity.values),
            holds(
                "schedule_retentions_are_numbers",
                Q(snapshot_retention__regex=RETENTION_PATTERN)
                & Q(backup_retention__regex=RETENTION_PATTERN),
            ),
            models.UniqueConstraint(
                "app",
                "name",
                "granularity",
                Case(When(granularity=Granularity.CUSTOM, then=Value("")), default=F("minute")),
                "hour",
                # Both are Sunday.
                Case(When(day_of_week="7", then=Value("0")), default=F("day_of_week")),
                "day_of_month",
                "recurrence_rule",
                name="schedule_is_unique",
                nulls_distinct=False,
                violation_error_message="A schedule with this name and these times exists for the app.",
            ),
        )
        indexes = (
            *listed("schedule", "app"),
            # what fires next in an account
            where_set("schedule_due", "next_firing_at", ("account", "next_firing_at")),
            # a bucket in use (problem 83)
            where_set("schedule_by_bucket", "bucket"),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="schedule_by_account"),
        )
