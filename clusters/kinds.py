"""The kinds of resources of clouds and clusters, as the published release names them."""

from astra.api.resources import ResourceKind

_TO_SEVEN = ("1.7", "1.6", "1.5", "1.4", "1.3", "1.2", "1.1", "1.0")

API_RESOURCE = ResourceKind("apiResource", "apiResources", ("1.0",))
CLOUD = ResourceKind("cloud", "clouds", ("1.1", "1.0"))
CLUSTER = ResourceKind("cluster", "clusters", _TO_SEVEN)
CLUSTER_NODE = ResourceKind("clusterNode", "clusterNodes", ("1.0",))
MANAGED_CLUSTER = ResourceKind("managedCluster", "managedClusters", _TO_SEVEN)
NAMESPACE = ResourceKind("namespace", "namespaces", ("1.2", "1.1", "1.0"))
STORAGE_CLASS = ResourceKind("storageClass", "storageClasses", ("1.1", "1.0"))
STORAGE_BACKEND = ResourceKind("storageBackend", "storageBackends", ("1.3", "1.2", "1.1", "1.0"))
VOLUME = ResourceKind("volume", "volumes", ("1.2", "1.1", "1.0"))
