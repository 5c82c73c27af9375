"""What an app is cloned or restored from: a completed backup or snapshot of the account."""

import uuid
from collections.abc import Mapping
from typing import Any

from astra.api import problems
from astra.api.problems import ApiProblem, Invalid
from backups.lifecycle import COMPLETED
from backups.models import AppBackup, Snapshot


def source_of_restore(
    account_id: uuid.UUID, body: Mapping[str, Any]
) -> AppBackup | Snapshot | None:
    """Return the backup or snapshot that a body names, None if it names neither.

    Raises problem 74 or 46 when the account has none of that id, 9 for an unfinished backup, 111 for
    an unfinished snapshot.
    """
    if "backupID" in body:
        backups = AppBackup.objects.filter(id=body["backupID"], account__checked=account_id)
        backup = backups.select_related("app").first()
        if backup is None:
            raise _refusal(problems.BACKUP_NOT_FOUND, "backupID", "The account has no such backup.")
        if backup.state != COMPLETED:
            reason = f"The backup is {backup.state}."
            raise _refusal(problems.INVALID_FIELDS, "backupID", reason)
        return backup
    if "snapshotID" in body:
        snapshots = Snapshot.objects.filter(id=body["snapshotID"], account__checked=account_id)
        snapshot = snapshots.select_related("app").first()
        if snapshot is None:
            reason = "The account has no such snapshot."
            raise _refusal(problems.SNAPSHOT_NOT_FOUND, "snapshotID", reason)
        if snapshot.state != COMPLETED:
            reason = f"The snapshot is {snapshot.state}."
            raise _refusal(problems.SNAPSHOT_NOT_READY, "snapshotID", reason)
        return snapshot
    return None


def refuse_empty_filter(body: Mapping[str, Any]) -> None:
    """Raise problem 147 when an element of `restoreFilter.GVKN` is empty."""
    if not all(body.get("restoreFilter", {}).get("GVKN", [])):
        raise ApiProblem(problems.INVALID_GVKN)


def _refusal(problem: problems.ProblemType, name: str, reason: str) -> ApiProblem:
    return ApiProblem(problem, fields=[Invalid(name, reason)])
