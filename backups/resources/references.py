"""What members of the protection domain refer to."""

from astra.resources.members import Reference
from backups.models import Bucket
from backups.problems import BUCKET_NOT_FOUND

A_BUCKET = Reference(Bucket, "buckets", BUCKET_NOT_FOUND, "The account has no such bucket.")
