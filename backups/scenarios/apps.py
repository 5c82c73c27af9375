"""The section of apps."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.resources.sections import ResourceSection
from astra.scenarios.pacing import IMMEDIATE_KINDS, STAGE_DELAYS, pace
from astra.scenarios.placing import fate_of, place, stage_seconds, staged_columns
from astra.scenarios.schema import TEXT, ref
from astra.scenarios.sections import Item, derived_id
from astra.scenarios.staging import staged_properties
from backups import kinds
from backups.lifecycle import APP, READY
from backups.models import App
from backups.models.apps import GIB, ClusterType, ProtectionState

_NAMESPACE = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
_SELECTORS = {"type": "array", "uniqueItems": True, "items": {"type": "string"}}
_GVK = {
    "type": "object",
    "required": ["group", "version", "kind"],
    "additionalProperties": False,
    "properties": {name: {"type": "string"} for name in ("group", "version", "kind")},
}
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


def _list_of(member: str, schema: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "uniqueItems": True,
        "items": {
            "type": "object",
            "required": [member],
            "additionalProperties": False,
            "properties": {member: schema, "labelSelectors": _SELECTORS},
        },
    }


class AppSection(ResourceSection):
    """`apps` of an account."""

    def properties_of(self) -> dict[str, Any]:
        """Return the JSON Schema of the members that an item may have."""
        return {
            "name": ref("dnsLabel"),
            "protectionState": {"enum": ProtectionState.values},
            "protectionStateDetails": ref("stateDetails"),
            "namespaces": {"type": "array", "uniqueItems": True, "items": _NAMESPACE},
            "namespaceScopedResources": _list_of("namespace", _NAMESPACE),
            "clusterScopedResources": _list_of("GVK", _GVK),
            "cluster": _CLUSTER,
            "size": {"description": "What a backup of it holds.", **ref("size")},
            "throughput": {
                "description": "How much of it is backed up in a second.",
                **ref("size"),
            },
            "stageDelays": STAGE_DELAYS,
            "immediateKinds": IMMEDIATE_KINDS,
            **staged_properties(APP),
        }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the app."""
        state, details = item.get("state", READY), item.get("stateDetails", [])
        overrides = pace(item)
        seconds = stage_seconds(APP, (App(**overrides), item.account_row))
        staged = staged_columns(
            APP,
            place(item, APP, seconds, state=state),
            state=state,
            fate=fate_of(item, APP, "stateDetails"),
            reasons=details,
            further={"state_details": details},
        )
        throughput = item.size("throughput", GIB // 2)
        if throughput == 0:
            raise item.error("Must be greater than zero.", "throughput")
        return [
            App(
                **item.described(kinds.APP.versions[0]) | staged,
                **_place(item),
                **overrides,
                account=item.account_row,
                name=item.name,
                protection_state=item.get("protectionState", ProtectionState.NONE),
                protection_state_details=item.get("protectionStateDetails", []),
                collected_at=staged["modified_at"] if state in APP.final else None,
                size_bytes=item.size("size", 2 * GIB),
                throughput_bytes_per_second=throughput,
            )
        ]


def _place(item: Item) -> dict[str, Any]:
    """Return the columns that say where the app runs: by default in a namespace of its name."""
    namespaces = item.get("namespaces")
    resources = item.get("namespaceScopedResources")
    if namespaces is None:
        namespaces = [each["namespace"] for each in resources] if resources else [item.name]
    if resources is None:
        resources = [{"namespace": namespace} for namespace in namespaces]
    place = {
        "namespaces": namespaces,
        "namespace_scoped_resources": [{"labelSelectors": [], **each} for each in resources],
        "cluster_scoped_resources": item.get("clusterScopedResources", []),
    }
    if cluster := item.get("cluster"):
        # Apps that name the same cluster are on the same one.
        own = derived_id(item.scenario, f"{item.account.key}/clusters/{cluster['name']}")
        place |= {
            "cluster_id": cluster.get("id", own),
            "cluster_name": cluster["name"],
            "cluster_type": cluster.get("type", ClusterType.KUBERNETES),
        }
    return place
