"""One app: a PUT may restore it in place."""

from collections.abc import Mapping
from typing import Any

from astra.resources.views import ResourceInstance
from backups.actions.app_replace import app_replace, restores

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
