"""Finding what a request names, in the caller's account, or the problem that says why not.

The creation of a backup does the same within its one statement.
"""

import uuid

from astra.api import problems
from astra.api.problems import ApiProblem, Invalid
from backups.models import App, Bucket
from backups.models.apps import AppState
from backups.models.buckets import BucketState


def managed_app(account_id: uuid.UUID, app_id: uuid.UUID) -> App:
    """Return the app. Raises problem 2 when the account manages no such app."""
    app = App.objects.filter(
        id=app_id, account__checked=account_id, deleted_at__checked=None
    ).first()
    if app is None:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    return app


def ready_app(account_id: uuid.UUID, app_id: uuid.UUID) -> App:
    """Return the app. Raises problem 2 when there is none, 112 when it is not ready."""
    app = managed_app(account_id, app_id)
    if app.state != AppState.READY:
        raise ApiProblem(problems.APP_NOT_READY)
    return app


def existing_bucket(account_id: uuid.UUID, bucket_id: uuid.UUID) -> Bucket:
    """Return the bucket. Raises problem 108 when the account has none of that id."""
    bucket = Bucket.objects.filter(id=bucket_id, account__checked=account_id).first()
    if bucket is None:
        unknown = Invalid("bucketID", "The account has no such bucket.")
        raise ApiProblem(problems.BUCKET_NOT_FOUND, fields=[unknown])
    return bucket


def bucket_to_use(account_id: uuid.UUID, bucket_id: uuid.UUID) -> Bucket:
    """Return the bucket. Raises problem 108 when there is none, 9 when it is not available."""
    bucket = existing_bucket(account_id, bucket_id)
    if bucket.state != BucketState.AVAILABLE:
        raise unavailable_bucket(bucket.state)
    return bucket


def bucket_of_backup(account_id: uuid.UUID, named_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the bucket that a backup goes to: the named one, or the one that is chosen for it."""
    if named_id is not None:
        return named_id
    available = Bucket.objects.filter(account_id=account_id, state=BucketState.AVAILABLE)
    chosen = available.order_by("-is_default", "stored_bytes", "created_at", "id")
    return chosen.values_list("id", flat=True).first()


def unavailable_bucket(state: str) -> ApiProblem:
    """Return the problem about a named bucket in another state than available."""
    reason = f"The bucket is {state}, not {BucketState.AVAILABLE}."
    return ApiProblem(problems.INVALID_FIELDS, fields=[Invalid("bucketID", reason)])
