"""Views that do more than those of every resource: of an app, and of what an app consists of."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, QuerySet, Subquery

from astra.resources import places
from astra.resources.views import ResourceCollection, ResourceInstance, ResourceView
from backups.actions.apps import app_replace
from backups.actions.restoring import restores
from backups.models import App, AppAsset

# What a PUT that restores may name beside what any PUT may change.
RESTORING = frozenset({"backupID", "snapshotID", "restoreFilter", "storageClassMapping"})


class AppInstance(ResourceInstance):
    """One app."""

    def mutable(self, row: Any, body: Mapping[str, Any]) -> frozenset[str]:
        """Return the members that the body may change: more of them when it asks for a restore."""
        usual = super().mutable(row, body)
        return usual | RESTORING if restores(row, body, force_update=self._force_update) else usual

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Replace the app, or restore it in place if the header forceUpdate permits it."""
        app_replace(caller=self.caller, row=row, body=body, force_update=self._force_update)

    @property
    def _force_update(self) -> bool:
        return bool(self.request.META.get("HTTP_FORCEUPDATE", "").lower() == "true")


class _AssetsOfPath(ResourceView):
    """A snapshot or backup holds what its app holds."""

    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the assets of what the path names."""
        *above, last = places.parents(cls.place, account_id, ids)
        app = "id" if last.model is App else "app_id"
        rows = AppAsset.objects.filter(app_id=Subquery(last.values(app)))
        return rows.filter(*map(Exists, above))


class AppAssets(_AssetsOfPath, ResourceCollection):
    """The assets of an app, a snapshot or a backup."""


class AppAssetInstance(_AssetsOfPath, ResourceInstance):
    """One asset."""
