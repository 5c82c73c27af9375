"""Django's entry to clouds and clusters."""

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

CLUSTERS = Group(15, "Clusters")


class ClustersConfig(families.FamilyConfig):
    """Clouds, clusters and what is in them."""

    name = "clusters"
    verbose_name = "Clusters"
    resources = (
        "clusters.resources.clusters.CLUSTER",
        "clusters.resources.managed_clusters.MANAGED_CLUSTER",
        "clusters.resources.namespaces.NAMESPACE",
        "clusters.resources.clouds.CLOUD",
        "clusters.resources.storage_classes.STORAGE_CLASS",
        "clusters.resources.storage_backends.STORAGE_BACKEND",
        "clusters.resources.volumes.VOLUME",
        "clusters.resources.api_resources.API_RESOURCE",
        "clusters.resources.cluster_nodes.CLUSTER_NODE",
    )
    entries = (
        Entry(CLUSTERS, 10, "Clusters", "hub", "clusters.cluster"),
        Entry(CLUSTERS, 20, "Clouds", "cloud", "clusters.cloud"),
        Entry(CLUSTERS, 30, "Namespaces", "folder_copy", "clusters.namespace"),
        Entry(CLUSTERS, 40, "Storage classes", "hard_drive", "clusters.storageclass"),
        Entry(CLUSTERS, 45, "Storage backends", "storage", "clusters.storagebackend"),
        Entry(CLUSTERS, 47, "Volumes", "database", "clusters.volume"),
        Entry(CLUSTERS, 50, "API resources", "api", "clusters.apiresource"),
        Entry(CLUSTERS, 60, "Nodes", "dns", "clusters.clusternode"),
    )

    def ready(self) -> None:
        """Register the resources, and what scenarios imply of them."""
        super().ready()
        from astra.scenarios.sections import imply
        from clusters.scenarios.implied import (
            clouds_of_clusters,
            contents_of_clusters,
            credentials_of_clusters,
        )

        imply("clouds", clouds_of_clusters)
        imply("credentials", credentials_of_clusters)
        for name, values in contents_of_clusters.items():
            imply(name, values)
