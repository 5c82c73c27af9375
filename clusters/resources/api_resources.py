"""API resources of a managed cluster: read only.

Source: section 3 of `families.md` and the published `apiResource` schemas.
"""

from astra.resources.members import Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from clusters import kinds
from clusters.models import ApiResource
from clusters.views import InstanceInCluster

FOLLOWS = "every cluster has the same, those of a usual Kubernetes with Trident."

API_RESOURCE = Resource(
    model=ApiResource,
    members=Members(
        kinds.API_RESOURCE,
        Text("apiVersion", example="rbac.authorization.k8s.io/v1"),
        Text("kind", example="ClusterRole"),
        module=__name__,
    ),
    paths=("topology/v1/managedClusters/{managedCluster_id}/apiResources",),
    within=WHOLE_ACCOUNT,
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    instance=InstanceInCluster,
    columns=("kind", "apiVersion"),
    key="kind",
    seeding=None,
)
