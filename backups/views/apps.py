"""apps: `…/k8s/v2/apps`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from backups import kinds
from backups.actions.app_create import app_create
from backups.actions.app_delete import app_delete
from backups.actions.app_replace import app_replace, restores
from backups.models import App
from backups.serializers.apps import (
    MUTABLE,
    RESTORING,
    AppBody,
    AppCreate,
    AppFilters,
    AppReplace,
    represent,
)

RESTORE_REFUSALS = (
    problems.SNAPSHOT_NOT_FOUND,
    problems.BACKUP_NOT_FOUND,
    problems.SNAPSHOT_NOT_READY,
    problems.INVALID_GVKN,
)


class Apps(CollectionView):
    """The apps of the account."""

    kind = kinds.APP
    shape = AppBody
    bodies = {"POST": AppCreate}
    filters = AppFilters
    published_parameters = frozenset({"include", "limit", "filter"})
    failures = {"GET": problems.APPS_NOT_LISTED, "POST": problems.APP_NOT_ADDED}
    refusals = {"POST": (*RESTORE_REFUSALS, problems.APP_NOT_FOUND, problems.CLONE_NOT_SUPPORTED)}
    simplified = {
        "POST": "no cluster is asked: namespaces and resources are taken as given, a clone has the"
        " size of its source, and every source can be cloned or restored."
    }

    def rows(self) -> QuerySet[App]:
        """Return the apps that the account manages."""
        return App.objects.filter(account_id=self.caller.account_id, deleted_at=None)

    def represent(self, row: App, now: datetime) -> dict[str, Any]:
        """Return the JSON of an app."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Define, clone or restore an app: 201 with the app, pending."""
        app = app_create(caller=self.caller, body=self.parse(self.body()))
        return self.created(represent(app))


class AppInstance(InstanceView):
    """One app."""

    kind = kinds.APP
    id_name = "app_id"
    shape = AppBody
    bodies = {"PUT": AppReplace}
    failures = {
        "GET": problems.APP_NOT_RETRIEVED,
        "PUT": problems.APP_NOT_UPDATED,
        "DELETE": problems.APP_NOT_DELETED,
    }
    refusals = {
        "PUT": (
            *RESTORE_REFUSALS,
            problems.NOT_OF_THE_APP,
            problems.FORCE_UPDATE_MISSING,
            problems.APP_NOT_READY,
            problems.RESTORE_DURING_BACKUP,
        ),
        "DELETE": (problems.APP_NOT_READY, problems.APP_BACKUP_IN_PROGRESS),
    }
    headers_read = {"PUT": {"forceUpdate": "Permits to overwrite the app by an in-place restore."}}
    simplified = {"PUT": "a restore takes its time, and changes no data."}

    def rows(self) -> QuerySet[App]:
        """Return the apps that the account manages."""
        return App.objects.filter(account_id=self.caller.account_id, deleted_at=None)

    def represent(self, row: App, now: datetime) -> dict[str, Any]:
        """Return the JSON of an app."""
        return represent(row)

    def put(self, request: Request, **kwargs: str) -> HttpResponse:
        """Replace an app, or restore it in place: 204."""
        sent = self.body()
        body = self.parse(sent)
        force_update = request.META.get("HTTP_FORCEUPDATE", "").lower() == "true"
        with self.replacing() as (app, document):
            mutable = MUTABLE | RESTORING if restores(app, body) else MUTABLE
            refuse_changes(sent, document, mutable=mutable)
            app_replace(caller=self.caller, app=app, body=body, force_update=force_update)
        return self.nothing()

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Unmanage an app: 204."""
        if not app_delete(self.rows().filter(id=self.ids["app_id"])):
            raise self.not_found()
        return self.nothing()
