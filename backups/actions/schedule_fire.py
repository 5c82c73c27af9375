"""Schedules that fire: a snapshot and a backup each.

All schedules of an account that are due at one instant fire together: what they want is decided per
schedule, in the order of age and id, and written by one statement. A schedule whose app is not ready,
or that finds no bucket, makes nothing that time.
"""

import hashlib
import re
import uuid
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from astra.accounts.models import Account
from astra.api.dice import NIL_ID
from astra.simulation.faults.effects.base import Fates
from astra.simulation.faults.fates import creation, fate_rules
from astra.simulation.faults.subjects import Subject
from astra.simulation.stages import Fate
from backups import kinds
from backups.actions.create_statement import fire_statement
from backups.actions.finding import bucket_of_backup
from backups.lifecycle import COMPLETED
from backups.models import App, Bucket, Schedule
from backups.models.apps import AppState
from backups.models.buckets import BucketState
from backups.recurrence import next_firing

NO_FAULT = Fate(COMPLETED)
NO_FATES = Fates()
# A system name is `<schedule>-<5 characters>`, within the 63 of a DNS label.
NAME_CUT = 57
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CODES = len(_DIGITS) ** 5
# Odd, and no multiple of 3: no two minutes of a century get the same code.
_STRIDE = 29_387_221
_NO_LABEL = re.compile("[^a-z0-9]+")

_SET_NEXT = """
    UPDATE backups_schedule AS schedule SET next_firing_at = fired.next_firing_at
    FROM jsonb_to_recordset(%(fired)s::jsonb) AS fired (id uuid, next_firing_at timestamptz)
    WHERE schedule.id = fired.id
"""


def fire_schedules(account_id: uuid.UUID, at: datetime) -> None:
    """Fire every schedule of the account that is due at exactly ``at``, within the transaction."""
    due = list(
        Schedule.objects.filter(account_id=account_id, next_firing_at=at)
        .order_by("created_at", "id")
        .select_for_update()
    )
    if not due:
        return
    account = Account.objects.only("seed", "has_faults").get(id=account_id)
    seed = account.seed
    # In the order of firing, so that 'the next n' are the same however the clock moves.
    with fate_rules(account_id, has_faults=account.has_faults) as rules:
        making = _able(account_id, due) if account.has_faults else set()
        fates = {each.id: rules.choose(_subject(each, seed, at)) for each in due if each in making}
    fire_statement().fetch_one(
        {
            "account": account_id,
            "at": at,
            "wanted": orjson.dumps(
                [_wanted(each, seed, at, fates.get(each.id, NO_FATES)) for each in due]
            ).decode(),
            "snapshot_version": kinds.APP_SNAP.versions[0],
        }
    )
    fired = [{"id": each.id, "next_firing_at": next_firing(each, at)} for each in due]
    with connection.cursor() as cursor:
        cursor.execute(_SET_NEXT, {"fired": orjson.dumps(fired).decode()})


def _able(account_id: uuid.UUID, due: list[Schedule]) -> set[Schedule]:
    """Return the schedules that will make something: no rule is used up by the others."""
    apps = App.objects.filter(
        account_id=account_id,
        id__in={each.app_id for each in due},
        state=AppState.READY,
        deleted_at=None,
    )
    ready = set(apps.values_list("id", flat=True))
    buckets = set(
        Bucket.objects.filter(account_id=account_id, state=BucketState.AVAILABLE).values_list(
            "id", flat=True
        )
    )
    return {
        each
        for each in due
        if each.app_id in ready
        and (
            not _makes_backup(each)
            or (each.bucket_id in buckets if each.bucket_id else bool(buckets))
        )
    }


def _subject(schedule: Schedule, seed: int, at: datetime) -> Subject:
    """Return what fault rules are matched against."""
    kind = kinds.APP_BACKUP if _makes_backup(schedule) else kinds.APP_SNAP
    return creation(
        f"{kind.name}.create",
        app_id=schedule.app_id,
        name=scheduled_name(schedule.name, seed, at),
        bucket_id=lambda: bucket_of_backup(schedule.account_id, schedule.bucket_id),
        now=at,
    )


def _makes_backup(schedule: Schedule) -> bool:
    return schedule.backup_retention != "0"


def _wanted(schedule: Schedule, seed: int, at: datetime, fates: Fates) -> dict[str, Any]:
    """Return what one schedule wants, as a row of the firing statement."""
    name = scheduled_name(schedule.name, seed, at)
    fate, snapshot_fate = fates.own or NO_FAULT, fates.snapshot or NO_FAULT
    return {
        "app_id": schedule.app_id,
        "backup_id": _identifier(seed, schedule.id, at, "backup"),
        "snapshot_id": _identifier(seed, schedule.id, at, "snapshot"),
        "makes_backup": _makes_backup(schedule),
        "named_bucket_id": schedule.bucket_id,
        "schedule_id": schedule.id,
        "backup_name": name,
        "snapshot_name": name,
        "version": kinds.APP_BACKUP.versions[0],
        "labels": [],
        "user_id": NIL_ID,
        "outcome": fate.outcome,
        "fraction": fate.at_fraction,
        "reasons": fate.reasons,
        "hook_state": fate.hook_state,
        "hook_details": fate.hook_details,
        "snapshot_outcome": snapshot_fate.outcome,
        "snapshot_fraction": snapshot_fate.at_fraction,
        "snapshot_reasons": snapshot_fate.reasons,
        "check_only": False,
    }


def scheduled_name(schedule_name: str, seed: int, at: datetime) -> str:
    """Return the name of what a schedule makes at an instant: its own as a DNS label, and a code."""
    label = (
        _NO_LABEL.sub("-", schedule_name.lower()).strip("-")[:NAME_CUT].rstrip("-") or "schedule"
    )
    number = (int(at.timestamp()) // 60 * _STRIDE + seed) % _CODES
    code = ""
    for _ in range(5):
        number, digit = divmod(number, len(_DIGITS))
        code += _DIGITS[digit]
    return f"{label}-{code}"


def _identifier(seed: int, schedule_id: uuid.UUID, at: datetime, what: str) -> uuid.UUID:
    text = f"{seed}:{schedule_id}:{at.isoformat()}:{what}".encode()
    digest = hashlib.md5(text, usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest, version=4)
