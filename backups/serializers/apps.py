"""app on the wire. Source: section 7 of `appbackup.md` and the published `app` schemas."""

from datetime import datetime
from typing import Any

from astra.accounts.metadata import represent_metadata
from astra.api.clock import timestamp
from backups import kinds
from backups.models import App
from backups.models.apps import AppState

MEMBERS = frozenset(
    (
        "type version id links name clusterScopedResources namespaceScopedResources"
        " lastResourceCollectionTimestamp state stateDetails protectionState"
        " protectionStateDetails namespaces clusterName clusterID clusterType metadata"
    ).split()
)


def represent(app: App, now: datetime) -> dict[str, Any]:
    """Return the JSON of an app; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.APP.type,
        "version": app.version,
        "id": str(app.id),
        "links": _links(app),
        "name": app.name,
    }
    if app.cluster_scoped_resources:
        document["clusterScopedResources"] = app.cluster_scoped_resources
    document["namespaceScopedResources"] = app.namespace_scoped_resources
    if app.collected_at:
        document["lastResourceCollectionTimestamp"] = timestamp(app.collected_at)
    document |= {
        "state": app.state,
        "stateDetails": app.state_details,
        "protectionState": app.protection_state,
        "protectionStateDetails": app.protection_state_details,
        "namespaces": app.namespaces,
    }
    if app.cluster_id:
        document["clusterName"] = app.cluster_name
        document["clusterID"] = str(app.cluster_id)
        document["clusterType"] = app.cluster_type
    document["metadata"] = represent_metadata(app)
    return document


def _links(app: App) -> list[dict[str, Any]]:
    """Return what can be done with the app, as links; an empty `allow` says: not now."""
    path = f"/accounts/{app.account_id}/k8s/v1/apps/{app.id}"
    allow = ["POST"] if app.state == AppState.READY else []
    return [
        {
            "rel": "related",
            "href": f"{path}/appBackups",
            "type": kinds.APP_BACKUP.type,
            "title": "nonDisruptiveBackup",
            "hints": {"allow": allow, "permissions": ["appBackup-create"]},
        },
        {
            "rel": "related",
            "href": f"{path}/appSnaps",
            "type": kinds.APP_SNAP.type,
            "title": "snapshot",
            "hints": {"allow": allow, "permissions": ["appSnap-create"]},
        },
    ]
