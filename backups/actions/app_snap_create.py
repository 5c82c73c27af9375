"""Take a snapshot of an app."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api import problems
from astra.api.problems import ApiProblem, Invalid
from astra.simulation.planning import plan_new
from astra.simulation.stages import Fate
from backups.actions.finding import bucket_to_use, ready_app
from backups.lifecycle import COMPLETED, PENDING, SNAPSHOT
from backups.models import Snapshot
from backups.naming import system_name

NAME_CONSTRAINT = "snapshot_name_is_unique"


def app_snap_create(
    *,
    caller: Caller,
    app_id: uuid.UUID,
    body: Mapping[str, Any],
    fate: Fate = Fate(COMPLETED),
) -> Snapshot:
    """Create the snapshot, pending, from a validated request body.

    Raises problem 2 (no such app), 112 (app not ready), 108 or 9 (bucket), 10 (read-only label), 176
    (name taken).
    """
    with transaction.atomic():
        app = ready_app(caller.account_id, app_id)
        bucket_id = body.get("bucketID")
        if bucket_id is not None:
            bucket_to_use(caller.account_id, bucket_id)
        columns = stamps(caller, body)
        name = body.get("name") or system_name(
            app.name, "snapshot", columns["created_at"], columns["id"]
        )
        snapshot = Snapshot(app=app, name=name, bucket_id=bucket_id, state=PENDING, **columns)
        try:
            with transaction.atomic():
                snapshot.save(force_insert=True)
        except IntegrityError as error:
            if NAME_CONSTRAINT not in str(error):
                raise
            taken = Invalid("name", "A snapshot of this app has this name.")
            raise ApiProblem(problems.SNAPSHOT_NAME_TAKEN, fields=[taken]) from error
        plan_new(SNAPSHOT.kind, snapshot.id, fate)
    return snapshot
