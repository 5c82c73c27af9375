"""Add a bucket; it is pending until it has been verified."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api import problems
from astra.api.problems import ApiProblem
from astra.engine.planning import plan_new
from astra.engine.stages import Fate
from backups.lifecycle import AVAILABLE, BUCKET, PENDING
from backups.models import Bucket
from backups.models.buckets import location_of

UNIQUE_CONSTRAINT = "bucket_is_unique"


def bucket_create(
    *, caller: Caller, body: Mapping[str, Any], fate: Fate = Fate(AVAILABLE)
) -> Bucket:
    """Create the bucket from a validated request body; without a name it is called like the store's.

    Raises problem 57 when the account has it already, 10 for a read-only label.
    """
    parameters = body["bucketParameters"]
    columns = stamps(caller, body)
    (member,) = parameters.values()
    name = body.get("name") or member["bucketName"] or f"bucket-{str(columns['id'])[:8]}"
    bucket = Bucket(
        name=name,
        credential_id=body["credentialID"],
        provider=body["provider"],
        parameters=parameters,
        location=location_of(parameters),
        state=PENDING,
        **columns,
    )
    with transaction.atomic():
        save_unique(bucket, force_insert=True)
        plan_new(BUCKET.kind, bucket.id, fate)
    return bucket


def save_unique(bucket: Bucket, **options: Any) -> None:
    """Save the bucket. Raises problem 57 when the account has one of that name and place."""
    try:
        with transaction.atomic():
            bucket.save(**options)
    except IntegrityError as error:
        if UNIQUE_CONSTRAINT not in str(error):
            raise
        raise ApiProblem(problems.BUCKET_EXISTS) from error
