"""Assets of an app, of a snapshot and of a backup: read only.

Source: section 5 of `appbackup.md` and the published `appAsset` schemas.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from astra.api import fields, filters
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Document, Known, Several
from astra.resources.members import Identifier, Instant, Text
from astra.resources.reach import Of
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from backups import kinds
from backups.models import AppAsset
from backups.views import AppAssetInstance, AppAssets
from clusters.resources.cluster_nodes import NodeLabel

TEXT: Any = {"min_length": 1, "max_length": 254}
FOLLOWS = "the assets follow from the app's namespaces, eight Kubernetes objects in each."


class AppAssetGvk(ClosedSerializer):
    """`GVK` of an asset."""

    group = fields.StrictCharField(required=False, **TEXT)
    kind = fields.StrictCharField(required=False, **TEXT)
    version = fields.StrictCharField(required=False, **TEXT)


class AppAssetLabel(NodeLabel):
    """An element of `labels`: a label of the Kubernetes object."""


class Gvk(Document):
    """`GVK`, of three columns; the core group of Kubernetes has no name, so no member."""

    has_column = False
    reads_also = ("group", "asset_type", "api_version")

    def filters(self) -> Mapping[str, filters.Member]:
        return {
            "gvk_kind": filters.Member("asset_type", path="GVK.kind"),
            "gvk_version": filters.Member("api_version", path="GVK.version"),
        }

    def written(self, row: Any, now: datetime) -> Any:
        gvk = {"group": row.group, "kind": row.asset_type, "version": row.api_version}
        return {name: value for name, value in gvk.items() if value}


MEMBERS = Members(
    kinds.APP_ASSET,
    Text("assetType", **TEXT),
    Instant("creationTimestamp", column="created_at"),
    Gvk("GVK", of=AppAssetGvk),
    Known("resource", fields.ObjectField),
    Identifier("assetID"),
    Several("labels", column="asset_labels", of=AppAssetLabel),
    Text("assetName", **TEXT),
    Text("namespace", sometimes=True, **TEXT),
    module=__name__,
)

APP_ASSET = Resource(
    model=AppAsset,
    members=MEMBERS,
    paths=(
        "k8s/v1/apps/{app_id}/appAssets",
        "k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}/appAssets",
        "k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/appAssets",
        "topology/v1/appBackups/{appBackup_id}/appAssets",
        "topology/v1/managedClusters/{managedCluster_id}/apps/{app_id}/appAssets",
    ),
    within=Of("app"),
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    collection=AppAssets,
    instance=AppAssetInstance,
    columns=("assetName", "assetType", "namespace"),
    key="assetName",
    seeding=None,
)
