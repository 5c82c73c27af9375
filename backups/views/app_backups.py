"""The collections of backups: of an app, where they are created, and of the whole account."""

from django.http import HttpResponse
from rest_framework.request import Request

from astra.resources.views import ResourceCollection
from backups.actions.app_backup_create import BackupWanted, app_backup_create


class AppBackups(ResourceCollection):
    """The backups of an app, or of every app."""

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Create a backup: 201 with the backup, pending."""
        wanted = BackupWanted.from_body(self.parse(self.body()))
        backup = app_backup_create(caller=self.caller, app_id=self.ids["app_id"], wanted=wanted)
        return self.created(self.represent(backup, backup.created_at))
