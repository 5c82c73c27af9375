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


class Apps(CollectionView):
    """The apps of the account."""

    kind = kinds.APP
    shape = AppBody
    bodies = {"POST": AppCreate}
    filters = AppFilters
    published_parameters = frozenset({"include", "limit", "filter"})
    failures = {"GET": problems.APPS_NOT_LISTED, "POST": problems.APP_NOT_ADDED}

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
