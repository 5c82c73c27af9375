"""What members of the protection domain refer to."""

from astra.api import problems
from astra.resources.members import Reference
from backups.models import Bucket, Schedule, Snapshot

A_BUCKET = Reference(
    Bucket, "buckets", problems.BUCKET_NOT_FOUND, "The account has no such bucket."
)
A_SCHEDULE = Reference(Schedule, "schedules")
A_SNAPSHOT = Reference(
    Snapshot, "snapshots", problems.SNAPSHOT_NOT_FOUND, "The account has no such snapshot."
)
