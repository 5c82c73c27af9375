"""appBackups, of one app and of the whole account."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView
from backups import kinds
from backups.actions.app_backup_create import BackupWanted, app_backup_create
from backups.actions.app_backup_delete import app_backup_delete
from backups.models import AppBackup
from backups.serializers.app_backups import (
    AppBackupBody,
    AppBackupCreate,
    AppBackupFilters,
    represent,
)
from backups.views.scope import app_or_404


class AppBackups(CollectionView):
    """The backups of an app: `…/k8s/v1/apps/{app_id}/appBackups`."""

    kind = kinds.APP_BACKUP
    shape = AppBackupBody
    bodies = {"POST": AppBackupCreate}
    filters = AppBackupFilters
    failures = {"GET": problems.BACKUPS_NOT_LISTED, "POST": problems.BACKUP_NOT_CREATED}
    refusals = {
        "POST": (
            problems.SNAPSHOT_NOT_FOUND,
            problems.SNAPSHOT_OF_ANOTHER_APP,
            problems.BUCKET_NOT_FOUND,
            problems.SNAPSHOT_NOT_READY,
            problems.APP_NOT_READY,
            problems.BUCKET_UNAVAILABLE,
            problems.BACKUP_NAME_TAKEN,
        )
    }

    def rows(self) -> QuerySet[AppBackup]:
        """Return the backups of the app."""
        app_or_404(self)
        return AppBackup.objects.filter(app_id=self.ids["app_id"])

    def represent(self, row: AppBackup, now: datetime) -> dict[str, Any]:
        """Return the JSON of a backup."""
        return represent(row, now)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create a backup: 201 with the backup, pending."""
        wanted = BackupWanted.from_body(self.parse(self.body()))
        backup = app_backup_create(caller=self.caller, app_id=self.ids["app_id"], wanted=wanted)
        return self.created(represent(backup, backup.created_at))


class AccountAppBackups(AppBackups):
    """The backups of every app, unmanaged ones too, read only: `…/topology/v1/appBackups`."""

    http_method_names = ["get", "head"]

    def rows(self) -> QuerySet[AppBackup]:
        """Return the backups of the account."""
        return AppBackup.objects.filter(account_id=self.caller.account_id)


class AppBackupInstance(InstanceView):
    """One backup of an app."""

    kind = kinds.APP_BACKUP
    id_name = "appBackup_id"
    shape = AppBackupBody
    failures = {"GET": problems.BACKUP_NOT_RETRIEVED, "DELETE": problems.BACKUP_NOT_DELETED}
    refusals = {"DELETE": (problems.BACKUP_NOT_CANCELABLE,)}
    headers_read = {
        "DELETE": {"Force-Delete": "Accepted; a failed backup goes with or without it."}
    }

    def rows(self) -> QuerySet[AppBackup]:
        """Return the backups among which the id is looked for."""
        return AppBackup.objects.filter(
            account_id=self.caller.account_id,
            app_id=self.ids["app_id"],
            app__deleted_at=None,
        )

    def represent(self, row: AppBackup, now: datetime) -> dict[str, Any]:
        """Return the JSON of a backup."""
        return represent(row, now)

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Delete a backup: 204, at once."""
        if not app_backup_delete(self.rows().filter(id=self.ids["appBackup_id"])):
            raise self.not_found()
        return self.nothing()


class AccountAppBackupInstance(AppBackupInstance):
    """One backup of the account, whether its app is still managed or not."""

    def rows(self) -> QuerySet[AppBackup]:
        """Return the backups among which the id is looked for."""
        return AppBackup.objects.filter(account_id=self.caller.account_id)
