"""Views that do more than those of every resource: of an app, and of what an app consists of."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from astra.resources import registry
from astra.resources.views import ResourceCollection, ResourceInstance, ResourceView
from backups.actions.apps import app_replace, restores
from backups.models import AppAsset

# What a PUT that restores may name beside what any PUT may change.
RESTORING = frozenset({"backupID", "snapshotID", "restoreFilter", "storageClassMapping"})


class AppInstance(ResourceInstance):
    """One app."""

    def mutable(self, row: Any, body: Mapping[str, Any]) -> frozenset[str]:
        """Return the members that the body may change: more of them when it asks for a restore."""
        usual = super().mutable(row, body)
        return usual | RESTORING if restores(row, body) else usual

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Replace the app, or restore it in place if the header forceUpdate permits it."""
        force_update = self.request.META.get("HTTP_FORCEUPDATE", "").lower() == "true"
        app_replace(caller=self.caller, row=row, body=body, force_update=force_update)


class _AssetsOfPath(ResourceView):
    """A snapshot or backup holds what its app holds."""

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
