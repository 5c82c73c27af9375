"""Namespaces: read only. Source: section 3 of `families.md` and the published `namespace` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api.fields import ObjectField, StrictCharField, list_of
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Details, Known, Several
from astra.resources.members import Choice, Identifier, Reference, Text
from astra.resources.resource import Resource, Seeding
from astra.resources.shapes import Members
from astra.scenarios.sections import derived_id
from clusters import kinds
from clusters.models import Namespace
from clusters.models.contents import NAMESPACE_NAME_MAX_LENGTH, NamespaceState, SystemType
from clusters.reach import Namespaces

A_CLUSTER = Reference("cluster")


class KubernetesLabel(ClosedSerializer):
    """An element of `kubernetesLabels`."""

    name = StrictCharField()
    value = StrictCharField()


def complete(namespace: Namespace, now: datetime) -> Sequence[str]:
    """Make up what Kubernetes calls it."""
    known = namespace.kubernetes_uid
    namespace.kubernetes_uid = known or derived_id(str(namespace.id), "kubernetesUID")
    return ()


NAMESPACE = Resource(
    model=Namespace,
    members=Members(
        kinds.NAMESPACE,
        # What can be done with it: nothing, so far.
        Known("links", list_of(ObjectField), value=lambda row, now: [], sometimes=False),
        Text("name", min_length=1, max_length=NAMESPACE_NAME_MAX_LENGTH),
        Choice("namespaceState", choices=NamespaceState.values, label="State"),
        Details("namespaceStateDetails", label="Why"),
        Several("kubernetesLabels", of=KubernetesLabel),
        Identifier("kubernetesUID"),
        Identifier("clusterID", to=A_CLUSTER),
        Choice("systemType", choices=SystemType.values, sometimes=True),
        module=__name__,
        whole_seconds=True,
    ),
    paths=(
        "topology/v1/clusters/{cluster_id}/namespaces",
        "topology/v1/clouds/{cloud_id}/clusters/{cluster_id}/namespaces",
        "topology/v1/managedClusters/{managedCluster_id}/namespaces",
        "topology/v1/namespaces",
    ),
    within=Namespaces(),
    published_parameters=frozenset({"include", "limit", "filter"}),
    complete=complete,
    columns=("name", "namespaceState", "systemType"),
    seeding=Seeding(order=10),
)
