"""Finding what a request names, in the caller's account, or the problem that says why not.

The creation of a backup does the same within its one statement.
"""

import uuid

from astra.api import problems
from astra.api.problems import ApiProblem, Invalid
from backups.lifecycle import AVAILABLE, READY
from backups.models import App, Bucket
from backups.problems import APP_NOT_READY, BUCKET_NOT_FOUND


def ready_app(account_id: uuid.UUID, app_id: uuid.UUID) -> App:
    """Return the app. Raises problem 2 when the account manages no such app, 112 when it is not ready."""
    app = App.objects.filter(
        id=app_id, account__checked=account_id, deleted_at__checked=None
    ).first()
    if app is None:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    if app.state != READY:
        raise ApiProblem(APP_NOT_READY)
    return app


def bucket_to_use(account_id: uuid.UUID, bucket_id: uuid.UUID) -> Bucket:
    """Return the bucket. Raises problem 108 when there is none, 9 when it is not available."""
    bucket = Bucket.objects.filter(id=bucket_id, account__checked=account_id).first()
    if bucket is None or bucket.state != AVAILABLE:
        raise unusable_bucket(bucket.state if bucket else None)
    return bucket


def bucket_of_backup(account_id: uuid.UUID, named_id: uuid.UUID | None) -> uuid.UUID | None:
    """Return the bucket that a backup goes to: the named one, or the one that is chosen for it."""
    if named_id is not None:
        return named_id
    available = Bucket.objects.filter(account_id=account_id, state=AVAILABLE)
    chosen = available.order_by("-is_default", "stored_bytes", "created_at", "id")
    return chosen.values_list("id", flat=True).first()


def unusable_bucket(state: str | None) -> ApiProblem:
    """Return the problem about a named bucket that is not available; None: there is none."""
    if state is None:
        unknown = Invalid("bucketID", "The account has no such bucket.")
        return ApiProblem(BUCKET_NOT_FOUND, fields=[unknown])
    reason = f"The bucket is {state}, not {AVAILABLE}."
    return ApiProblem(problems.INVALID_FIELDS, fields=[Invalid("bucketID", reason)])
