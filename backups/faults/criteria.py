"""The app and the bucket that a call or a creation is about, for fault rules."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from astra.faults.criteria import Call, Criterion
from astra.faults.fates import creation
from astra.faults.subjects import Subject
from backups.models import Bucket


def _app(call: Call) -> uuid.UUID | None:
    return call.ids.get("app_id") or getattr(call.row, "app_id", None)


def _bucket(call: Call) -> uuid.UUID | None:
    if isinstance(call.row, Bucket):
        return call.row.id
    return getattr(call.row, "bucket_id", None) or _identifier(call.sent.get("bucketID"))


def _identifier(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


APP = Criterion("app", _app)
BUCKET = Criterion("bucket", _bucket)


def creation_in_app(
    operation: str,
    *,
    app_id: uuid.UUID,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
    now: datetime,
    path: str | None = None,
) -> Subject:
    """Return the subject of what is made of an app; without ``path`` it is made by a schedule."""
    return creation(
        operation,
        about=lambda: {APP.name: app_id, BUCKET.name: bucket_id()},
        name=name,
        now=now,
        path=path,
    )
