"""Nodes of a cluster: read only.

Source: section 3 of `families.md` and the published `clusterNode` schemas.
"""

from typing import Any

from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Several
from astra.resources.members import Choice, Instant, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from clusters import kinds
from clusters.models import ClusterNode
from clusters.models.views import NODE_TEXT_MAX_LENGTH, NodeState
from clusters.views import InstanceInCluster

A_TEXT: Any = {"min_length": 1, "max_length": NODE_TEXT_MAX_LENGTH}
AN_ADDRESS: Any = {"min_length": 1, "max_length": 63}
LABEL_NAME_PATTERN = r"^([\S.]{1,253}\/)?([a-z0-9A-Z_.-]){1,63}$"
LABEL_VALUE_PATTERN = r"^([a-z0-9A-Z_.-]){1,63}$"
FOLLOWS = "every cluster has three alike, in the state of the cluster."


class NodeLabel(ClosedSerializer):
    """An element of `labels`: a label of the Kubernetes object."""

    name = fields.StrictCharField(pattern=LABEL_NAME_PATTERN, **AN_ADDRESS)
    value = fields.StrictCharField(pattern=LABEL_VALUE_PATTERN, **AN_ADDRESS)


CLUSTER_NODE = Resource(
    model=ClusterNode,
    members=Members(
        kinds.CLUSTER_NODE,
        Text("name", **A_TEXT),
        Text("role", **A_TEXT),
        Several("labels", column="node_labels", of=NodeLabel),
        Instant("creationTime"),
        Text("externalIP", **AN_ADDRESS),
        Text("internalIP", **AN_ADDRESS),
        Text("zone", **A_TEXT),
        Text("region", **A_TEXT),
        Text("instanceType", **A_TEXT),
        Text("kernelVersion", **A_TEXT),
        Text("osImage", **A_TEXT),
        Text("numCpus", **A_TEXT),
        Text("memory", **A_TEXT),
        Choice("state", choices=NodeState.values),
        module=__name__,
    ),
    paths=(
        "topology/v1/clusters/{cluster_id}/clusterNodes",
        "topology/v1/clouds/{cloud_id}/clusters/{cluster_id}/clusterNodes",
        "topology/v1/managedClusters/{managedCluster_id}/clusterNodes",
    ),
    within=WHOLE_ACCOUNT,
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    instance=InstanceInCluster,
    columns=("name", "role", "state"),
    seeding=None,
)
