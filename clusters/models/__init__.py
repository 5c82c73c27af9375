"""Clouds, clusters, and what is in clusters."""

from clusters.models.clouds import Cloud
from clusters.models.clusters import Cluster
from clusters.models.contents import Namespace, StorageClass

__all__ = ["Cloud", "Cluster", "Namespace", "StorageClass"]
