"""Unmanage an app: it and its schedules go, its snapshots and backups stay."""

from django.db import transaction
from django.db.models import QuerySet

from astra.api.problems import ApiProblem
from astra.engine.history import record_deletion
from backups.lifecycle import APP, APP_BACKUP
from backups.models import App, AppBackup, Schedule
from backups.problems import APP_BACKUP_IN_PROGRESS, APP_NOT_READY


def app_delete(apps: QuerySet[App]) -> bool:
    """Unmanage the one app that the query finds; return whether there was one.

    Raises problem 112 while it is on its way to ready (discovered, provisioned, restored), 157 while
    a backup of it is in progress.
    """
    with transaction.atomic():
        app = apps.select_for_update(of=("self",)).select_related("account").first()
        if app is None:
            return False
        if app.state in APP.unfinished:
            raise ApiProblem(APP_NOT_READY)
        if AppBackup.objects.filter(app=app, state__in=APP_BACKUP.unfinished).exists():
            raise ApiProblem(APP_BACKUP_IN_PROGRESS)
        now = app.account.now()
        record_deletion(APP.kind, app, now)
        App.objects.filter(id=app.id).update(deleted_at=now, transition_count=app.transition_count)
        Schedule.objects.filter(app=app).delete()
    return True
