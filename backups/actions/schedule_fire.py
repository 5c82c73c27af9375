"""Schedules that fire: a snapshot and a backup each.

All schedules of an account that are due at one instant fire together: what they want is decided per
schedule, in the order of age and id, and written by one statement. A schedule whose app is not ready,
or on a cluster that takes no snapshots, or that finds no bucket, makes nothing that time.
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from astra.accounts.callers import PROVED_OF_TOKEN
from astra.api.dice import NIL_ID
from astra.api.statements import Statement
from backups import kinds, recurrence
from backups.actions.create_statement import create, written
from backups.actions.drafting import BackupWanted, Draft, draft, held_apps
from backups.actions.fating import let_rules_decide
from backups.actions.hooking import hooked
from backups.attachments import Replicated, replicating
from backups.lifecycle import COMPLETED
from backups.models import Schedule

# A system name is `<schedule>-<5 characters>`, within the 63 of a DNS label.
NAME_CUT = 57
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CODES = len(_DIGITS) ** 5
# Odd, and no multiple of 3: no two minutes of a century get the same code.
_STRIDE = 29_387_221
# Where a name is taken, the next one is tried: of an app's schedules several may have one name.
_NEXT = 7_368_787
_NO_LABEL = re.compile("[^a-z0-9]+")

_ACCOUNT = Statement("""
    SELECT revision, seed, has_faults, stage_delays, immediate_kinds
    FROM accounts_account WHERE id = %(account)s
""")
# Which of the names, by app, are taken by what was made before. On the way: settling, in the same
# transaction, joined by look-ups alone; what fires is joined with itself.
_TAKEN = Statement("""
    SELECT wanted.app_id, wanted.name
    FROM jsonb_to_recordset(%(wanted)s::jsonb) AS wanted (app_id uuid, name text)
    WHERE set_config('enable_hashjoin', 'on', true) IS NOT NULL
      AND (EXISTS (SELECT FROM backups_snapshot AS made
                   WHERE made.app_id = wanted.app_id AND made.name = wanted.name)
        OR EXISTS (SELECT FROM backups_appbackup AS made
                   WHERE made.app_id = wanted.app_id AND made.name = wanted.name))
""")
_SET_NEXT = Statement("""
    UPDATE backups_schedule AS schedule SET next_firing_at = fired.next_firing_at
    FROM jsonb_to_recordset(%(fired)s::jsonb) AS fired (id uuid, next_firing_at timestamptz)
    WHERE schedule.id = fired.id
""")


_READ = ("id", "name", "app_id", "bucket_id", "backup_retention", "replicate", *recurrence.COLUMNS)


class _Pace(NamedTuple):
    """How fast the account is."""

    stage_delays: dict[str, float]
    immediate_kinds: list[str]


def fire_schedules(account_id: uuid.UUID, at: datetime) -> None:
    """Fire every schedule of the account that is due at exactly ``at``, within the transaction."""
    # Often thousands: light rows cost a fraction of instances.
    due: list[Any] = list(
        Schedule.objects.filter(account_id=account_id, next_firing_at=at)
        .order_by("created_at", "id")
        .select_for_update()
        .values_list(*_READ, named=True)
    )
    if not due:
        return
    account = _ACCOUNT.fetch_one({"account": account_id})
    assert account is not None
    revision, seed, has_faults, *pace = account
    apps = held_apps(account_id, {each.app_id for each in due})
    ready = [each for each in due if each.app_id in apps and apps[each.app_id].is_able]
    names = _names(ready, seed, at)
    wanted = [
        (apps[each.app_id], _wanted(each, name)) for each, name in zip(ready, names, strict=True)
    ]
    if has_faults:
        wanted = let_rules_decide(account_id, at, wanted)
    wanted = [(app, hooked(account_id, app, each)) for app, each in wanted]
    drafts = [
        draft(
            each,
            app,
            ids=_ids(seed, each.schedule_id, at),
            now=at,
            seed=seed,
            account=_Pace(*pace),
            user_id=NIL_ID,
        )
        for app, each in wanted
    ]
    proof = {"caller_account": revision, **dict.fromkeys(PROVED_OF_TOKEN)}
    create({"account": account_id, **proof}, [written(each) for each in drafts])
    _replicate(account_id, at, ready, drafts)
    fired = [{"id": each.id, "next_firing_at": recurrence.next_firing(each, at)} for each in due]
    _SET_NEXT.execute({"fired": orjson.dumps(fired).decode()})


def _replicate(
    account_id: uuid.UUID, at: datetime, schedules: Sequence[Any], drafts: Sequence[Draft]
) -> None:
    """Tell of the snapshots whose schedules replicate."""
    replicated = {each.id for each in schedules if each.replicate}
    if not replicated:
        return
    made = [
        Replicated(
            draft["app_id"],
            draft["snapshot_id"],
            draft["snapshot_ends_at"] if draft["snapshot_outcome"] == COMPLETED else None,
        )
        for draft in drafts
        if draft["schedule_id"] in replicated
    ]
    for tell in replicating:
        tell(account_id, at, made)


def _wanted(schedule: Any, name: str) -> BackupWanted:
    """Return what one schedule wants."""
    return BackupWanted(
        version=kinds.APP_BACKUP.versions[0],
        name=name,
        snapshot_name=name,
        bucket_id=schedule.bucket_id,
        schedule_id=schedule.id,
        makes_backup=schedule.backup_retention != "0",
    )


def _ids(seed: int, schedule_id: Any, at: datetime) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the ids of the backup and the snapshot that a schedule makes at an instant."""
    return _identifier(seed, schedule_id, at, "backup"), _identifier(
        seed, schedule_id, at, "snapshot"
    )


def _names(schedules: Sequence[Any], seed: int, at: datetime) -> list[str]:
    """Return the name of what each schedule makes at an instant: one that its app has not yet."""
    tries = [0] * len(schedules)
    while True:
        names = [
            scheduled_name(each.name, seed + again * _NEXT, at)
            for each, again in zip(schedules, tries, strict=True)
        ]
        keys = [(each.app_id, name) for each, name in zip(schedules, names, strict=True)]
        wanted = [{"app_id": app_id, "name": name} for app_id, name in keys]
        taken = set(_TAKEN.fetch_all({"wanted": orjson.dumps(wanted).decode()}))
        if not taken and len(set(keys)) == len(keys):
            return names
        for index, key in enumerate(keys):
            tries[index] += key in taken
            taken.add(key)


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
