"""What members of the protection domain refer to."""

from astra.resources.members import Reference
from backups.models import Bucket, Schedule, Snapshot
from backups.problems import BUCKET_NOT_FOUND, SNAPSHOT_NOT_FOUND

A_BUCKET = Reference(Bucket, "buckets", BUCKET_NOT_FOUND, "The account has no such bucket.")
A_SCHEDULE = Reference(Schedule, "schedules")
A_SNAPSHOT = Reference(
    Snapshot, "snapshots", SNAPSHOT_NOT_FOUND, "The account has no such snapshot."
)
