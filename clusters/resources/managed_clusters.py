"""Managed clusters: clusters while they are managed. Source: as of ``clusters.resources.clusters``."""

from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, REPLACE, Resource
from clusters import kinds, problems
from clusters.actions.managed_clusters import (
    managed_cluster_create,
    managed_cluster_delete,
    managed_cluster_replace,
)
from clusters.models import Cluster
from clusters.resources.cluster_members import members_of
from clusters.resources.clusters import CREDENTIAL_REFUSED, TAKEN, complete

DEFAULTS_REFUSED = (problems.STORAGE_CLASS_INVALID, problems.NO_DEFAULT_BUCKET_ALLOWED)

MANAGED_CLUSTER = Resource(
    model=Cluster,
    members=members_of(kinds.MANAGED_CLUSTER, module=__name__),
    paths=("topology/v1/managedClusters",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    there={"is_managed": True},
    published_parameters=frozenset({"include", "limit", "filter"}),
    refusals={
        CREATE: (problems.CLUSTER_NOT_FOUND, *DEFAULTS_REFUSED),
        REPLACE: (*CREDENTIAL_REFUSED, *DEFAULTS_REFUSED),
    },
    simplified={CREATE: "nothing is installed in the cluster; it is managed after some seconds."},
    complete=complete,
    taken=TAKEN,
    create=managed_cluster_create,
    replace=managed_cluster_replace,
    replace_shows=True,
    delete=managed_cluster_delete,
    columns=("name", "state", "managedState", "clusterType"),
    seeding=None,
)
