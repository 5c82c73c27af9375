"""Take a snapshot of an app."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import ApiProblem, Invalid
from astra.engine.planning import plan_new
from astra.engine.stages import Fate
from astra.faults.fates import fate_rules
from backups.actions.finding import bucket_to_use, ready_app
from backups.faults.criteria import creation_in_app
from backups.faults.operations import SNAPSHOT_CREATE
from backups.lifecycle import COMPLETED, PENDING, SNAPSHOT
from backups.models import Snapshot
from backups.naming import system_name
from backups.problems import SNAPSHOT_NAME_TAKEN

NO_FAULT = Fate(COMPLETED)
NAME_CONSTRAINT = "snapshot_name_is_unique"


def app_snap_create(
    *,
    caller: Caller,
    app_id: uuid.UUID,
    body: Mapping[str, Any],
    fate: Fate = NO_FAULT,
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
        if caller.has_faults and fate == NO_FAULT:
            fate = _fate_by_rules(caller, app_id, body)
        snapshot = Snapshot(
            app=app,
            name=name,
            bucket_id=bucket_id,
            state=PENDING,
            outcome_hook_state=fate.hook_state,
            outcome_hook_details=list(fate.hook_details),
            **columns,
        )
        try:
            with transaction.atomic():
                snapshot.save(force_insert=True)
        except IntegrityError as error:
            if NAME_CONSTRAINT not in str(error):
                raise
            taken = Invalid("name", "A snapshot of this app has this name.")
            raise ApiProblem(SNAPSHOT_NAME_TAKEN, fields=[taken]) from error
        plan_new(SNAPSHOT.kind, snapshot.id, fate)
    return snapshot


def _fate_by_rules(caller: Caller, app_id: uuid.UUID, body: Mapping[str, Any]) -> Fate:
    """Return the fate that the account's fault rules decide."""
    with fate_rules(caller.account_id) as rules:
        chosen = rules.choose(
            creation_in_app(
                SNAPSHOT_CREATE,
                app_id=app_id,
                name=body.get("name"),
                bucket_id=lambda: body.get("bucketID"),
                now=rules.account.now(),
                path=f"/accounts/{caller.account_id}/k8s/v1/apps/{app_id}/appSnaps",
            )
        )
    return chosen.own or chosen.source or NO_FAULT
