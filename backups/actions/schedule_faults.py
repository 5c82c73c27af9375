"""Fault rules of the account, for what its schedules are about to make."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from astra.faults.fates import fate_rules
from astra.faults.subjects import Subject
from backups.actions.finding import bucket_of_backup
from backups.faults.criteria import creation_in_app
from backups.faults.effects import BACKUP_CREATE, SNAPSHOT_CREATE
from backups.lifecycle import AVAILABLE, READY
from backups.models import App, Bucket

Wanted = dict[str, Any]


def let_rules_decide(account_id: uuid.UUID, at: datetime, wanted: list[Wanted]) -> None:
    """Set the fates in the rows of the firing statement, in the order of firing.

    So that 'the next n' are the same however the clock moves. Within the firing's transaction.
    """
    with fate_rules(account_id) as rules:
        for each in _able(account_id, wanted):
            fates = rules.choose(_subject(account_id, at, each))
            if fates.own is not None:
                each |= {
                    "outcome": fates.own.outcome,
                    "fraction": fates.own.at_fraction,
                    "reasons": fates.own.reasons,
                    "hook_state": fates.own.hook_state,
                    "hook_details": fates.own.hook_details,
                }
            if fates.source is not None:
                each |= {
                    "snapshot_outcome": fates.source.outcome,
                    "snapshot_fraction": fates.source.at_fraction,
                    "snapshot_reasons": fates.source.reasons,
                }


def _able(account_id: uuid.UUID, wanted: list[Wanted]) -> Iterable[Wanted]:
    """Return those that will be made: the others use up no rule."""
    apps = App.objects.filter(account_id=account_id, state=READY, deleted_at=None)
    ready = set(
        apps.filter(id__in={each["app_id"] for each in wanted}).values_list("id", flat=True)
    )
    available = Bucket.objects.filter(account_id=account_id, state=AVAILABLE)
    buckets = set(available.values_list("id", flat=True))
    for each in wanted:
        named = each["named_bucket_id"]
        has_bucket = named in buckets if named else bool(buckets)
        if each["app_id"] in ready and (has_bucket or not each["makes_backup"]):
            yield each


def _subject(account_id: uuid.UUID, at: datetime, wanted: Wanted) -> Subject:
    """Return what fault rules are matched against."""
    return creation_in_app(
        BACKUP_CREATE if wanted["makes_backup"] else SNAPSHOT_CREATE,
        app_id=wanted["app_id"],
        name=wanted["backup_name"],
        bucket_id=lambda: bucket_of_backup(account_id, wanted["named_bucket_id"]),
        now=at,
    )
