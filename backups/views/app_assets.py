"""appAssets of an app, of a snapshot and of a backup: a snapshot or backup holds what its app holds."""

import uuid
from typing import Any

from django.db.models import QuerySet

from astra.resources import registry
from astra.resources.views import ResourceCollection, ResourceInstance, ResourceView
from backups.models import AppAsset


class _AssetsOfPath(ResourceView):
    def rows(self) -> QuerySet[Any]:
        """Return the assets of what the path names. Raises the operation's 404 for a missing parent."""
        return AppAsset.objects.filter(app_id=self._app_id())

    def _app_id(self) -> uuid.UUID:
        conditions: dict[str, Any] = {"account_id": self.caller.account_id}
        found: uuid.UUID | None = None
        for kind in self.place.parents:
            parent = registry.resource(kind)
            rows = parent.rows().filter(id=self.ids[f"{kind}_id"], **conditions)
            column = "id" if kind == "app" else "app_id"
            found = rows.values_list(column, flat=True).first()
            if found is None:
                raise self.not_found()
            conditions["app_id"] = found
        assert found is not None
        return found


class AppAssets(_AssetsOfPath, ResourceCollection):
    """The assets of an app, a snapshot or a backup."""


class AppAssetInstance(_AssetsOfPath, ResourceInstance):
    """One asset."""
