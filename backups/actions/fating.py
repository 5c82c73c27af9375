"""What the account's fault rules decide of backups and snapshots: those of calls and of schedules."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from astra.accounts.callers import Caller
from astra.api.resources import ResourceKind
from astra.api.statements import Statement
from astra.engine.stages import Fate
from astra.faults.effects.base import Fates
from astra.faults.fates import creation, fate_rules
from astra.faults.subjects import Subject
from backups import kinds
from backups.actions.create_statement import chosen_bucket
from backups.actions.drafting import AppFacts, BackupWanted
from backups.actions.hooking import said_around
from backups.faults.effects import APP, BACKUP_CREATE, BUCKET, SNAPSHOT_CREATE
from backups.lifecycle import AVAILABLE, READY
from backups.models import App as AppRow
from backups.models import Bucket
from backups.models.protection import HookState

_CHOSEN = Statement(chosen_bucket("id", "%(default)s::uuid"))


def bucket_of_backup(
    account_id: uuid.UUID, app: AppFacts, named_id: uuid.UUID | None
) -> uuid.UUID | None:
    """Return the bucket that a backup goes to: the named one, or the one that is chosen for it."""
    if named_id is not None:
        return named_id
    row = _CHOSEN.fetch_one({"account": account_id, "default": app.default_bucket_id})
    return None if row is None else uuid.UUID(str(row[0]))


def fates_by_rules(
    caller: Caller,
    kind: ResourceKind,
    app_id: uuid.UUID,
    *,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
) -> Fates:
    """Return the fates; a rule that counts has counted this one. Within the creation's transaction."""
    with fate_rules(caller.account_id) as rules:
        return rules.choose(
            _creation(
                f"{kind.name}.create",
                app_id=app_id,
                name=name,
                bucket_id=bucket_id,
                now=rules.account.now(),
                path=f"/accounts/{caller.account_id}/k8s/v1/apps/{app_id}/{kind.plural}",
            )
        )


def fate_of_app(caller: Caller, verb: str, source: AppRow | None, *, name: str) -> Fate:
    """Return how an app that is made (``verb`` create) or restored in place (replace) is to end.

    ``source``: the app that it comes from, or is; its hooks run when that is done, and what they say is
    shown with the app that is ready. Within the transaction that makes it.
    """
    usual = Fate(READY, said_around(source, "restore") if source else ())
    if not caller.has_faults:
        return usual
    path = f"/accounts/{caller.account_id}/k8s/v2/apps"
    with fate_rules(caller.account_id) as rules:
        subject = creation(
            f"{kinds.APP.name}.{verb}",
            about=lambda: {APP.name: source.id if source else None},
            name=name,
            now=rules.account.now(),
            path=f"{path}/{source.id}" if source and verb == "replace" else path,
            method="POST" if verb == "create" else "PUT",
        )
        return with_hooks(rules.choose(subject).own, usual)


def with_hooks(chosen: Fate | None, usual: Fate) -> Fate:
    """Return the fate that rules chose, the usual one if none; of hooks that fail, with their details."""
    if chosen is None or chosen.hook_state != HookState.FAILED:
        return chosen or usual
    return replace(usual, reasons=chosen.hook_details)


def let_rules_decide(
    account_id: uuid.UUID,
    at: datetime,
    wanted: Sequence[tuple[AppFacts, BackupWanted]],
) -> list[tuple[AppFacts, BackupWanted]]:
    """Return what schedules want, with the fates that the rules give them in the order of firing.

    So that 'the next n' are the same however the clock moves. Within the firing's transaction.
    """
    available = Bucket.objects.filter(account_id=account_id, state=AVAILABLE)
    buckets = set(available.values_list("id", flat=True))
    decided = []
    with fate_rules(account_id) as rules:
        for app, each in wanted:
            has_bucket = each.bucket_id in buckets if each.bucket_id else bool(buckets)
            if has_bucket or not each.makes_backup:
                # The others will not be made: they use up no rule.
                fates = rules.choose(_subject(account_id, at, app, each))
                decided.append((app, fated(each, fates)))
    return decided


def fated(wanted: BackupWanted, fates: Fates) -> BackupWanted:
    """Return what is wanted with the fates that rules chose, where they chose any."""
    return replace(
        wanted, fate=fates.own or wanted.fate, snapshot_fate=fates.source or wanted.snapshot_fate
    )


def _subject(account_id: uuid.UUID, at: datetime, app: AppFacts, wanted: BackupWanted) -> Subject:
    """Return what fault rules are matched against."""
    return _creation(
        BACKUP_CREATE if wanted.makes_backup else SNAPSHOT_CREATE,
        app_id=app.id,
        name=wanted.name,
        bucket_id=lambda: bucket_of_backup(account_id, app, wanted.bucket_id),
        now=at,
    )


def _creation(
    operation: str,
    *,
    app_id: uuid.UUID,
    name: str | None,
    bucket_id: Callable[[], uuid.UUID | None],
    now: datetime,
    path: str | None = None,
) -> Subject:
    # Without a path it is made by a schedule.
    return creation(
        operation,
        about=lambda: {APP.name: app_id, BUCKET.name: bucket_id()},
        name=name,
        now=now,
        path=path,
    )
