"""What members of the protection domain refer to."""

from astra.api import problems
from astra.resources.members import Reference
from backups.models import Bucket

A_BUCKET = Reference(
    Bucket, "buckets", problems.BUCKET_NOT_FOUND, "The account has no such bucket."
)
