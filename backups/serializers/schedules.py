"""schedule on the wire. Source: section 9 of `appbackup.md` and the published `schedule` schemas."""

import re
from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StrictMetadataSerializer,
)
from backups import kinds
from backups.models import Schedule
from backups.models.schedules import (
    NAME_MAX_LENGTH,
    RETENTION_MAX_LENGTH,
    RETENTION_PATTERN,
    Granularity,
)

# The published patterns lack parentheses around their alternatives; these mean what they say.
MINUTE_PATTERN = "^([0-9]|[1-5][0-9])$"
HOUR_PATTERN = "^([0-9]|1[0-9]|2[0-3])$"
DAY_OF_WEEK_PATTERN = "^([0-7])$"
DAY_OF_MONTH_PATTERN = "^([1-9]|[12][0-9]|3[01])$"
RECURRENCE_PATTERN = re.compile(
    r"DTSTART:[0-9]{8}T[0-9]{6}Z\nRRULE:FREQ=(MINUTELY|HOURLY);INTERVAL=[1-9][0-9]{0,5}"
)
# The API's own client sends this for a field that the granularity does not have.
NOT_APPLICABLE = "*"
# Which fields a granularity needs; `minute` has a default.
TIME_FIELDS = {
    Granularity.HOURLY: (),
    Granularity.DAILY: ("hour",),
    Granularity.WEEKLY: ("hour", "dayOfWeek"),
    Granularity.MONTHLY: ("hour", "dayOfMonth"),
    Granularity.CUSTOM: ("recurrenceRule",),
}
OPTIONAL_TIME_FIELDS = ("hour", "dayOfWeek", "dayOfMonth", "recurrenceRule")


class TimeField(fields.StrictCharField):
    """A number as a string; `*`, for a field that does not apply, is read but never shown."""

    def __init__(self, pattern: str, *, shown: bool = False, **kwargs: Any) -> None:
        read = pattern.removesuffix(")$") + r"|\*)$"
        super().__init__(pattern=pattern if shown else read, **kwargs)


class ScheduleReplace(ClosedSerializer):
    """The request body of a PUT: the retentions are required, what else is absent is kept."""

    type = fields.EnumField([kinds.SCHEDULE.type])
    version = fields.EnumField(kinds.SCHEDULE.versions)
    id = fields.IdentifierField(required=False)
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH, required=False)
    enabled = fields.EnumField(["true", "false"], required=False)
    granularity = fields.EnumField(Granularity.values, required=False)
    minute = TimeField(MINUTE_PATTERN, required=False)
    hour = TimeField(HOUR_PATTERN, required=False)
    dayOfWeek = TimeField(DAY_OF_WEEK_PATTERN, required=False)
    dayOfMonth = TimeField(DAY_OF_MONTH_PATTERN, required=False)
    recurrenceRule = fields.StrictCharField(required=False)
    snapshotRetention = fields.StrictCharField(
        pattern=RETENTION_PATTERN, min_length=1, max_length=RETENTION_MAX_LENGTH
    )
    backupRetention = fields.StrictCharField(
        pattern=RETENTION_PATTERN, min_length=1, max_length=RETENTION_MAX_LENGTH
    )
    bucketID = fields.IdentifierField(required=False)
    replicate = fields.EnumField(["true", "false"], required=False)
    metadata = MetadataSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Drop what does not apply."""
        for name in ("minute", *OPTIONAL_TIME_FIELDS):
            if attrs.get(name) == NOT_APPLICABLE:
                del attrs[name]
        return attrs


class ScheduleCreate(ScheduleReplace):
    """The request body of a create."""

    id = None  # type: ignore[assignment]
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH)
    granularity = fields.EnumField(Granularity.values)


class ScheduleBody(ClosedSerializer):
    """An instance in answers."""

    type = fields.EnumField([kinds.SCHEDULE.type])
    version = fields.EnumField(kinds.SCHEDULE.versions)
    id = fields.IdentifierField()
    name = fields.StrictCharField(min_length=1, max_length=NAME_MAX_LENGTH)
    enabled = fields.EnumField(["true", "false"])
    granularity = fields.EnumField(Granularity.values)
    minute = TimeField(MINUTE_PATTERN, shown=True)
    hour = TimeField(HOUR_PATTERN, shown=True, required=False)
    dayOfWeek = TimeField(DAY_OF_WEEK_PATTERN, shown=True, required=False)
    dayOfMonth = TimeField(DAY_OF_MONTH_PATTERN, shown=True, required=False)
    recurrenceRule = fields.StrictCharField(required=False)
    snapshotRetention = fields.StrictCharField(
        pattern=RETENTION_PATTERN, min_length=1, max_length=RETENTION_MAX_LENGTH
    )
    backupRetention = fields.StrictCharField(
        pattern=RETENTION_PATTERN, min_length=1, max_length=RETENTION_MAX_LENGTH
    )
    bucketID = fields.IdentifierField(required=False)
    replicate = fields.EnumField(["true", "false"])
    metadata = StrictMetadataSerializer()


def time_errors(granularity: str, values: dict[str, str | None]) -> dict[str, str]:
    """Return what is wrong with a schedule's time fields, by member; empty when they fit.

    ``values`` holds `hour`, `dayOfWeek`, `dayOfMonth` and `recurrenceRule`, None where not given.
    """
    needed = TIME_FIELDS[Granularity(granularity)]
    errors = {
        name: f"A {granularity} schedule needs it." for name in needed if values[name] is None
    }
    errors |= {
        name: f"A {granularity} schedule has none."
        for name in OPTIONAL_TIME_FIELDS
        if name not in needed and values[name] is not None
    }
    rule = values["recurrenceRule"]
    if granularity == Granularity.CUSTOM and rule and not RECURRENCE_PATTERN.fullmatch(rule):
        errors["recurrenceRule"] = (
            "Must be DTSTART:<UTC instant>, a line break, and RRULE with FREQ (MINUTELY or HOURLY)"
            " and INTERVAL."
        )
    return errors


class ScheduleFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(kinds.SCHEDULE.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    enabled = filters.BooleanMember("enabled")
    granularity = filters.Member("granularity")
    minute = filters.Member("minute")
    hour = filters.Member("hour", nullable=True)
    dayOfWeek = filters.Member("day_of_week", nullable=True)
    dayOfMonth = filters.Member("day_of_month", nullable=True)
    recurrenceRule = filters.Member("recurrence_rule", nullable=True)
    snapshotRetention = filters.Member("snapshot_retention")
    backupRetention = filters.Member("backup_retention")
    bucketID = filters.IdentifierMember("bucket_id", nullable=True)
    replicate = filters.BooleanMember("replicate")


MUTABLE = ScheduleBody.members() - {"type", "version", "id", "metadata"}


def represent(schedule: Schedule) -> dict[str, Any]:
    """Return the JSON of a schedule; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.SCHEDULE.type,
        "version": schedule.version,
        "id": str(schedule.id),
        "name": schedule.name,
        "enabled": str(schedule.enabled).lower(),
        "granularity": schedule.granularity,
        "minute": schedule.minute,
        "hour": schedule.hour,
        "dayOfWeek": schedule.day_of_week,
        "dayOfMonth": schedule.day_of_month,
        "recurrenceRule": schedule.recurrence_rule,
        "snapshotRetention": schedule.snapshot_retention,
        "backupRetention": schedule.backup_retention,
        "bucketID": schedule.bucket_id and str(schedule.bucket_id),
        "replicate": str(schedule.replicate).lower(),
        "metadata": represent_metadata(schedule),
    }
    return {name: value for name, value in document.items() if value is not None}
