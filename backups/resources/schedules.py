"""Schedules of an app. Source: section 9 of `appbackup.md` and the published `schedule` schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from astra.api import fields, problems
from astra.api.problems import ApiProblem, Invalid
from astra.resources.members import REQUIRED, Choice, Flag, Identifier, Text
from astra.resources.places import METHODS
from astra.resources.reach import Of
from astra.resources.resource import CREATE, FAILURES, Resource, Seeding, Taken, failing
from astra.resources.shapes import Members
from backups import kinds
from backups.models import Schedule
from backups.models.schedules import (
    NAME_MAX_LENGTH,
    RETENTION_MAX_LENGTH,
    RETENTION_PATTERN,
    Granularity,
)
from backups.problems import DUPLICATE_SCHEDULE, REPLICATION_POLICY_NOT_SUPPORTED
from backups.recurrence import next_firing, parse_rule
from backups.resources.protection import A_BUCKET

# The published patterns lack parentheses around their alternatives; these mean what they say.
MINUTE_PATTERN = "^([0-9]|[1-5][0-9])$"
HOUR_PATTERN = "^([0-9]|1[0-9]|2[0-3])$"
DAY_OF_WEEK_PATTERN = "^([0-7])$"
DAY_OF_MONTH_PATTERN = "^([1-9]|[12][0-9]|3[01])$"
# The API's own client sends this for a field that the granularity does not have.
NOT_APPLICABLE = "*"
# Which members a granularity needs; `minute` has a default.
TIMES = {
    Granularity.HOURLY: (),
    Granularity.DAILY: ("hour",),
    Granularity.WEEKLY: ("hour", "dayOfWeek"),
    Granularity.MONTHLY: ("hour", "dayOfMonth"),
    Granularity.CUSTOM: ("recurrenceRule",),
}
OPTIONAL_TIMES = ("hour", "dayOfWeek", "dayOfMonth", "recurrenceRule")
TAKEN = "name", "The app has a schedule of this name that fires at the same times."


class Time(Text):
    """A number as a string; `*`, for one that does not apply, is read but never shown."""

    def sent(self, *, required: bool) -> Any:
        read = str(self.rules["pattern"]).removesuffix(")$") + r"|\*)$"
        return fields.StrictCharField(pattern=read, required=required)


class Pace(Choice):
    """The granularity: another one drops the times of the old one."""

    @property
    def sets(self) -> Sequence[str]:
        return (self.column, *(MEMBERS[name].column for name in OPTIONAL_TIMES))

    def apply(self, row: Any, value: Any) -> None:
        if row.granularity != value:
            for name in OPTIONAL_TIMES:
                setattr(row, MEMBERS[name].column, None)
        super().apply(row, value)


def without_what_does_not_apply(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body without `*`."""
    times = ("minute", *OPTIONAL_TIMES)
    return {
        name: value
        for name, value in body.items()
        if (name in times, value) != (True, NOT_APPLICABLE)
    }


RETENTION: Any = {
    "create": REQUIRED,
    "replace": REQUIRED,
    "initial": "1",
    "pattern": RETENTION_PATTERN,
    "min_length": 1,
    "max_length": RETENTION_MAX_LENGTH,
}
MEMBERS = Members(
    kinds.SCHEDULE,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Flag("enabled", help="Whether it fires.", initial=True),
    Pace("granularity", create=REQUIRED, choices=Granularity.values),
    Time("minute", pattern=MINUTE_PATTERN, help="0 to 59", initial="0"),
    Time(
        "hour",
        pattern=HOUR_PATTERN,
        sometimes=True,
        help="0 to 23, UTC; for all but hourly and custom ones",
    ),
    Time(
        "dayOfWeek",
        pattern=DAY_OF_WEEK_PATTERN,
        sometimes=True,
        help="0 (Sunday) to 7; for weekly ones",
    ),
    Time(
        "dayOfMonth", pattern=DAY_OF_MONTH_PATTERN, sometimes=True, help="1 to 31; for monthly ones"
    ),
    Text(
        "recurrenceRule", sometimes=True, help="For custom ones: a DTSTART line and an RRULE line."
    ),
    Text("snapshotRetention", label="Snapshots to keep", **RETENTION),
    Text("backupRetention", label="Backups to keep", **RETENTION),
    Identifier("bucketID", to=A_BUCKET, sometimes=True),
    Flag("replicate"),
    module=__name__,
    validate=without_what_does_not_apply,
    null_is_absent=True,
)


def complete(schedule: Schedule, now: datetime) -> Sequence[str]:
    """Set when the schedule fires next. Raises problem 9 for times that its granularity has not."""
    needed = TIMES[Granularity(schedule.granularity)]
    given = {name: getattr(schedule, MEMBERS[name].column) for name in OPTIONAL_TIMES}
    errors = [
        Invalid(name, f"A {schedule.granularity} schedule needs it.")
        for name in needed
        if given[name] is None
    ]
    errors += [
        Invalid(name, f"A {schedule.granularity} schedule has none.")
        for name, value in given.items()
        if name not in needed and value is not None
    ]
    rule = given["recurrenceRule"]
    if schedule.granularity == Granularity.CUSTOM and rule:
        try:
            parse_rule(rule)
        except ValueError as error:
            errors.append(Invalid("recurrenceRule", str(error)))
    if errors:
        raise ApiProblem(problems.INVALID_FIELDS, fields=errors)
    schedule.next_firing_at = next_firing(schedule, now)
    return ("next_firing_at",)


def refuse_standing_by(schedule: Schedule) -> None:
    """Raise problem 153 for a schedule that replicates an app which is itself a copy that stands by."""
    if schedule.replicate and schedule.app.replication_source_app_id is not None:
        raise ApiProblem(REPLICATION_POLICY_NOT_SUPPORTED)


SCHEDULE = Resource(
    model=Schedule,
    members=MEMBERS,
    paths=("k8s/v1/apps/{app_id}/schedules",),
    within=Of("app"),
    methods=METHODS,
    failures={**FAILURES, **failing(create=87)},
    complete=complete,
    may_insert=refuse_standing_by,
    refusals={CREATE: (REPLICATION_POLICY_NOT_SUPPORTED,)},
    taken=[Taken("schedule_is_unique", DUPLICATE_SCHEDULE, *TAKEN)],
    replace_shows=True,
    columns=("name", "enabled"),
    seeding=Seeding(order=5),
)
