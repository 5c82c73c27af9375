"""appSnaps: `…/k8s/v1/apps/{app_id}/appSnaps`."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView
from backups import kinds
from backups.actions.app_snap_create import app_snap_create
from backups.actions.app_snap_delete import app_snap_delete
from backups.models import Snapshot
from backups.serializers.app_snaps import (
    AppSnapBody,
    AppSnapCreate,
    AppSnapFilters,
    represent,
)
from backups.views.scope import app_or_404


class AppSnaps(CollectionView):
    """The snapshots of an app."""

    kind = kinds.APP_SNAP
    shape = AppSnapBody
    bodies = {"POST": AppSnapCreate}
    filters = AppSnapFilters
    failures = {"GET": problems.SNAPSHOTS_NOT_LISTED, "POST": problems.SNAPSHOT_NOT_CREATED}
    refusals = {
        "POST": (
            problems.BUCKET_NOT_FOUND,
            problems.APP_NOT_READY,
            problems.SNAPSHOT_NAME_TAKEN,
        )
    }

    def rows(self) -> QuerySet[Snapshot]:
        """Return the snapshots of the app."""
        app_or_404(self)
        return Snapshot.objects.filter(app_id=self.ids["app_id"])

    def represent(self, row: Snapshot, now: datetime) -> dict[str, Any]:
        """Return the JSON of a snapshot."""
        return represent(row)

    def post(self, request: Request, **kwargs: str) -> HttpResponse:
        """Take a snapshot: 201 with the snapshot, pending."""
        body = self.parse(self.body())
        snapshot = app_snap_create(caller=self.caller, app_id=self.ids["app_id"], body=body)
        return self.created(represent(snapshot))


class AppSnapInstance(InstanceView):
    """One snapshot of an app."""

    kind = kinds.APP_SNAP
    id_name = "appSnap_id"
    shape = AppSnapBody
    failures = {"GET": problems.SNAPSHOT_NOT_RETRIEVED, "DELETE": problems.SNAPSHOT_NOT_DELETED}
    refusals = {"DELETE": (problems.SNAPSHOT_IN_USE,)}

    def rows(self) -> QuerySet[Snapshot]:
        """Return the snapshots among which the id is looked for."""
        return Snapshot.objects.filter(
            account_id=self.caller.account_id, app_id=self.ids["app_id"], app__deleted_at=None
        )

    def represent(self, row: Snapshot, now: datetime) -> dict[str, Any]:
        """Return the JSON of a snapshot."""
        return represent(row)

    def delete(self, request: Request, **kwargs: str) -> HttpResponse:
        """Delete a snapshot: 204, at once."""
        if not app_snap_delete(self.rows().filter(id=self.ids["appSnap_id"])):
            raise self.not_found()
        return self.nothing()
