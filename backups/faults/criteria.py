"""The app and the bucket that a call or a creation is about, for fault rules."""

import uuid
from typing import Any

from astra.faults.criteria import Call, Criterion
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
