"""Clouds, clusters, and what is in clusters."""

from clusters.models.clouds import Cloud
from clusters.models.clusters import Cluster
from clusters.models.contents import Namespace, StorageClass
from clusters.models.storage_backends import StorageBackend
from clusters.models.views import ApiResource, ClusterNode, Volume

__all__ = [
    "ApiResource",
    "Cloud",
    "Cluster",
    "ClusterNode",
    "Namespace",
    "StorageBackend",
    "StorageClass",
    "Volume",
]
