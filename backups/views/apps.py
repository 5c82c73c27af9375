"""apps: `…/k8s/v2/apps`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api.collections import CollectionView
from astra.api.views import ApiView
from backups import kinds
from backups.models import App
from backups.serializers.apps import MEMBERS, represent


def _managed(view: ApiView) -> QuerySet[App]:
    return App.objects.filter(account_id=view.caller.account_id, deleted_at=None)


class Apps(CollectionView):
    """The apps of the account."""

    kind = kinds.APP
    members = MEMBERS

    def rows(self) -> QuerySet[App]:
        """Return the apps that the account manages."""
        return _managed(self)

    def represent(self, row: App, now: datetime) -> dict[str, Any]:
        """Return the JSON of an app."""
        return represent(row, now)


class AppInstance(ApiView):
    """One app."""

    kind = kinds.APP

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        """Retrieve an app."""
        app = _managed(self).filter(id=self.ids["app_id"]).first()
        if app is None:
            raise self.not_found()
        return self.found(represent(app, self.caller.now()))
