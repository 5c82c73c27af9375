"""appSnaps: `…/k8s/v1/apps/{app_id}/appSnaps`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api.collections import CollectionView
from astra.api.views import ApiView
from backups import kinds
from backups.models import Snapshot
from backups.serializers.app_snaps import MEMBERS, represent
from backups.views.scope import app_or_404


class AppSnaps(CollectionView):
    """The snapshots of an app."""

    kind = kinds.APP_SNAP
    members = MEMBERS

    def rows(self) -> QuerySet[Snapshot]:
        """Return the snapshots of the app."""
        app_or_404(self)
        return Snapshot.objects.filter(app_id=self.ids["app_id"])

    def represent(self, row: Snapshot, now: datetime) -> dict[str, Any]:
        """Return the JSON of a snapshot."""
        return represent(row, now)


class AppSnapInstance(ApiView):
    """One snapshot of an app."""

    kind = kinds.APP_SNAP

    def get(self, request: Request, **kwargs: str) -> HttpResponse:
        """Retrieve a snapshot."""
        snapshot = Snapshot.objects.filter(
            account_id=self.caller.account_id,
            app_id=self.ids["app_id"],
            app__deleted_at=None,
            id=self.ids["appSnap_id"],
        ).first()
        if snapshot is None:
            raise self.not_found()
        return self.found(represent(snapshot, self.caller.now()))
