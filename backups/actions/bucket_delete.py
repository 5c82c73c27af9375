"""Remove a bucket that nothing uses."""

from django.db import transaction
from django.db.models import QuerySet

from astra.api import problems
from astra.api.problems import ApiProblem
from astra.engine.history import record_deletion
from backups.lifecycle import BUCKET
from backups.models import AppBackup, Bucket, Schedule, Snapshot


def bucket_delete(buckets: QuerySet[Bucket]) -> bool:
    """Delete the one bucket that the query finds; return whether there was one.

    Raises problem 83 while a backup, a snapshot or a schedule uses it, 84 when it is the default.
    """
    with transaction.atomic():
        # FOR UPDATE also waits for creates that are about to refer to the bucket.
        bucket = buckets.select_for_update(of=("self",)).select_related("account").first()
        if bucket is None:
            return False
        users = (model.objects.filter(bucket=bucket) for model in (AppBackup, Schedule, Snapshot))
        if any(query.exists() for query in users):
            raise ApiProblem(problems.BUCKET_IN_USE)
        if bucket.is_default:
            raise ApiProblem(problems.BUCKET_IS_DEFAULT)
        record_deletion(BUCKET.kind, bucket, bucket.account.now())
        Bucket.objects.filter(id=bucket.id).delete()
    return True
