"""appAssets of an app, of a snapshot and of a backup: read only."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from astra.api import problems
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView
from astra.api.views import ApiView
from backups import kinds
from backups.models import AppAsset, AppBackup, Snapshot
from backups.serializers.app_assets import AppAssetBody, AppAssetFilters, represent
from backups.views.scope import app_or_404


def app_of_path(view: ApiView) -> uuid.UUID:
    """Return the app whose assets the path names. Raises the operation's 404 for a missing parent.

    A snapshot or backup holds what its app holds.
    """
    ids = view.ids
    if "app_id" in ids:
        app_or_404(view)
    if "appBackup_id" in ids:
        parents: QuerySet[Any] = AppBackup.objects.filter(id=ids["appBackup_id"])
    elif "appSnap_id" in ids:
        parents = Snapshot.objects.filter(id=ids["appSnap_id"])
    else:
        return ids["app_id"]
    if "app_id" in ids:
        parents = parents.filter(app_id=ids["app_id"])
    app_id = parents.filter(account_id=view.caller.account_id).values_list("app_id", flat=True)
    found: uuid.UUID | None = app_id.first()
    if found is None:
        raise view.not_found()
    return found


class AppAssets(CollectionView):
    """The assets of an app, a snapshot or a backup."""

    kind = kinds.APP_ASSET
    shape = AppAssetBody
    filters = AppAssetFilters
    failures = {"GET": problems.RESOURCES_NOT_LISTED}
    simplified = {
        "GET": "the assets follow from the app's namespaces, eight Kubernetes objects in each."
    }

    def rows(self) -> QuerySet[AppAsset]:
        """Return the assets of what the path names."""
        return AppAsset.objects.filter(app_id=app_of_path(self))

    def represent(self, row: AppAsset, now: datetime) -> dict[str, Any]:
        """Return the JSON of an asset."""
        return represent(row)


class AppAssetInstance(InstanceView):
    """One asset."""

    kind = kinds.APP_ASSET
    id_name = "appAsset_id"
    shape = AppAssetBody
    failures = {"GET": problems.RESOURCE_NOT_RETRIEVED}
    simplified = {
        "GET": "the assets follow from the app's namespaces, eight Kubernetes objects in each."
    }

    def rows(self) -> QuerySet[AppAsset]:
        """Return the assets of what the path names."""
        return AppAsset.objects.filter(app_id=app_of_path(self))

    def represent(self, row: AppAsset, now: datetime) -> dict[str, Any]:
        """Return the JSON of an asset."""
        return represent(row)
