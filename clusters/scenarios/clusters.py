"""The section of clusters: managed ones of the cloud private, where an item does not say it."""

from collections.abc import Mapping
from typing import Any

from astra.resources.sections import TOP, ResourceSection
from astra.scenarios.sections import Item
from clusters.lifecycle import MANAGED, MANAGED_IN_THE_END
from clusters.models import Cloud
from clusters.models.clouds import PRIVATE
from clusters.naming import cloud_label
from clusters.scenarios.implied import credential_of_cluster


class ClusterSection(ResourceSection):
    """`clusters` of an account."""

    parent = TOP
    needs = ()
    further_properties = {"cloud": {"description": "Name of one of the clouds.", "type": "string"}}

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the cluster, which says of which cloud it is."""
        cloud = cloud_of(item)
        if "credential" not in item.values and cloud.cloud_type == PRIVATE:
            name = credential_of_cluster(item.values)["name"]
            columns["credential_id"] = item.account.by_name["credentials"][name].id
        if "apiServiceID" not in item.values:
            columns["api_service_id"] = item.derived_id("apiService")
        row = super().new_row(item, **columns, cloud=cloud)
        if cloud_label(cloud) not in row.labels:
            row.labels = [*row.labels, cloud_label(cloud)]
        if row.cluster_creation_timestamp is None:
            row.cluster_creation_timestamp = row.created_at
        return row

    def complete(self, item: Item, row: Any) -> None:
        """Fill in since when it is managed."""
        row.managed_at = row.managed_at or row.created_at
        super().complete(item, row)

    def further(self, item: Item) -> dict[str, Any]:
        """Return what the last stage sets, too."""
        now = item.get("managedState", MANAGED)
        end = MANAGED_IN_THE_END.get(now, now)
        return super().further(item) | {"managed_state": now, "outcome_managed_state": end}

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return the references, that to the cloud among them."""
        return {**super().references(), "cloud": ("cloudID", "clouds")}


def cloud_of(item: Item) -> Cloud:
    """Return the cloud that an item names, else the one that is called private."""
    if "cloud" in item.values:
        row: Cloud = item.find("clouds", "cloud").row
        return row
    assert item.parent is not None
    private: Cloud = item.parent.by_name["clouds"][PRIVATE].row
    return private
