"""The section of apps: where an item does not say it, an app runs in a namespace of its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from astra.api import fields
from astra.engine.plan import Pace
from astra.resources.schemas import json_schema
from astra.resources.sections import ResourceSection
from astra.scenarios.pacing import IMMEDIATE_KINDS, STAGE_DELAYS, pace
from astra.scenarios.schema import REASON, TEXT, ref
from astra.scenarios.sections import Item
from backups.actions.placing import columns_on
from backups.lifecycle import APP
from backups.models import App
from backups.models.apps import GIB, ClusterType
from backups.resources.app_parts import NamespaceScopedResource
from backups.scenarios.implied import cluster_named_by

_CLUSTER = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": TEXT,
        "id": {"description": "Follows from account and name if left out.", **ref("identifier")},
        "type": {"enum": ClusterType.values},
    },
}
_A_CLUSTER = {
    "description": "One of the clusters, by its name; one that is not among them is made.",
    "anyOf": [TEXT, _CLUSTER],
    REASON: "Must be the name of a cluster, or an object with a name, and perhaps id and type.",
}


class SeededScope(NamespaceScopedResource):
    """An element of `namespaceScopedResources` in a scenario: Kubernetes has no longer names."""

    namespace = fields.DnsLabelField()


class AppSection(ResourceSection):
    """`apps` of an account."""

    members = (
        "name",
        "clusterScopedResources",
        "namespaceScopedResources",
        "state",
        "stateDetails",
        "protectionState",
        "protectionStateDetails",
        "namespaces",
    )

    further_properties = {
        "namespaces": json_schema(fields.UniqueListField(child=fields.DnsLabelField())),
        "namespaceScopedResources": json_schema(fields.UniqueListField(child=SeededScope())),
        "cluster": _A_CLUSTER,
        "size": {"description": "What a backup of it holds.", **ref("size")},
        "throughput": {"description": "How much of it is backed up in a second.", **ref("size")},
        "stageDelays": STAGE_DELAYS,
        "immediateKinds": IMMEDIATE_KINDS,
    }

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return the references, that to the cluster among them."""
        return {**super().references(), "cluster": ("clusterID", "clusters")}

    def without_ids(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members of an item without its id, and that of its cluster."""
        own = super().without_ids(values)
        if isinstance(own.get("cluster"), dict):
            own["cluster"] = super().without_ids(own["cluster"])
        return own

    def paces(self, item: Item) -> Sequence[Pace]:
        """Return what overrides the delays of an item's stages: itself, its account."""
        return (App(**pace(item)), item.account_row)

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the app; raises ``ScenarioError`` for one that is never backed up."""
        throughput = item.size("throughput", GIB // 2)
        if throughput == 0:
            raise item.error("Must be greater than zero.", "throughput")
        return super().new_row(
            item,
            **columns,
            **pace(item),
            **_cluster(item),
            size_bytes=item.size("size", 2 * GIB),
            throughput_bytes_per_second=throughput,
        )

    def complete(self, item: Item, row: Any) -> None:
        """Fill in where it runs, and since when that is known."""
        if "namespaces" not in item.values and not row.namespaces:
            row.namespaces = [item.name]
        usual = [{"namespace": namespace} for namespace in row.namespaces]
        scopes = item.get("namespaceScopedResources", usual)
        row.namespace_scoped_resources = [{"labelSelectors": [], **each} for each in scopes]
        if row.state in APP.final:
            row.collected_at = row.modified_at


def _cluster(item: Item) -> dict[str, Any]:
    """Return the columns that say where an app runs."""
    named = cluster_named_by(item.values)
    return columns_on(item.account.by_name["clusters"][named["name"]].row) if named else {}
