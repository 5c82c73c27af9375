"""What an app is cloned or restored from: a completed backup or snapshot of the account."""

import uuid
from collections.abc import Mapping
from typing import Any

from astra.api.problems import INVALID_FIELDS, ApiProblem, Invalid, ProblemType
from backups.lifecycle import COMPLETED
from backups.models import AppBackup, Snapshot
from backups.problems import BACKUP_NOT_FOUND, INVALID_GVKN, SNAPSHOT_NOT_FOUND, SNAPSHOT_NOT_READY

_SOURCES: Mapping[str, tuple[str, type[AppBackup | Snapshot], ProblemType, ProblemType]] = {
    "backupID": ("backup", AppBackup, BACKUP_NOT_FOUND, INVALID_FIELDS),
    "snapshotID": ("snapshot", Snapshot, SNAPSHOT_NOT_FOUND, SNAPSHOT_NOT_READY),
}


def source_of_restore(
    account_id: uuid.UUID, body: Mapping[str, Any]
) -> AppBackup | Snapshot | None:
    """Return the backup or snapshot that a body names, None if it names neither.

    Raises problem 74 or 46 when the account has none of that id, 9 for an unfinished backup, 111 for
    an unfinished snapshot.
    """
    for name, (word, model, not_found, not_ready) in _SOURCES.items():
        if name not in body:
            continue
        rows = model._default_manager.filter(id=body[name], account__checked=account_id)
        source = rows.select_related("app").first()
        if source is None:
            raise _refusal(not_found, name, f"The account has no such {word}.")
        if source.state != COMPLETED:
            raise _refusal(not_ready, name, f"The {word} is {source.state}.")
        return source
    return None


def refuse_empty_filter(body: Mapping[str, Any]) -> None:
    """Raise problem 147 when an element of `restoreFilter.GVKN` is empty."""
    if not all(body.get("restoreFilter", {}).get("GVKN", [])):
        raise ApiProblem(INVALID_GVKN)


def _refusal(problem: ProblemType, name: str, reason: str) -> ApiProblem:
    return ApiProblem(problem, fields=[Invalid(name, reason)])
