"""What clusters of a scenario have that it does not say: a cloud, namespaces, storage classes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from astra.accounts.metadata import label_of_service
from astra.scenarios.sections import Item, items_in, section_named
from clusters.contents import CONTENTS
from clusters.models.clouds import PRIVATE

Values = Mapping[str, Any]


def clouds_of_clusters(account: Item, members: Values) -> Iterator[Values]:
    """Yield the cloud private, if a cluster is of no other."""
    clusters = items_in(section_named("clusters"), account, members)
    if any("cloud" not in cluster for cluster in clusters):
        yield {"name": PRIVATE, **_as_old_as(account)}


def credentials_of_clusters(account: Item, members: Values) -> Iterator[Values]:
    """Yield the credential of each public cloud, and of each cluster of a private one."""
    clouds = items_in(section_named("clouds"), account, members)
    yield from map(credential_of_cloud, filter(needs_credential, clouds))
    private = {cloud["name"] for cloud in clouds if cloud.get("cloudType", PRIVATE) == PRIVATE}
    for cluster in items_in(section_named("clusters"), account, members):
        if "credential" not in cluster and cluster.get("cloud", PRIVATE) in private:
            yield credential_of_cluster(cluster)


def needs_credential(cloud: Values) -> bool:
    """Tell whether a cloud's item is of a public one, and names no credential."""
    return cloud.get("cloudType", PRIVATE) != PRIVATE and "credential" not in cloud


def credential_of_cloud(cloud: Values) -> Values:
    """Return the credential that is made for a public cloud, as callers make them."""
    labels = {"credType": "service-account", "cloudName": cloud["cloudType"]}
    return _credential(f"{cloud['name']}-service-account", "generic", labels)


def credential_of_cluster(cluster: Values) -> Values:
    """Return the credential that is made for a cluster, as callers make them."""
    labels = {"credType": "kubeconfig", "clusterName": cluster["name"]}
    return _credential(f"{cluster['name']}-kubeconfig", "kubeconfig", labels)


def _credential(name: str, key_type: str, labels: Mapping[str, str]) -> Values:
    label = [label_of_service(*each) for each in labels.items()]
    return {"name": name, "keyType": key_type, "labels": label}


def _usual(section: str, cluster: Item, members: Values) -> Iterator[Values]:
    # The namespaces of the system are always there.
    if section not in members or section == "namespaces":
        yield from ({**each, **_as_old_as(cluster)} for each in CONTENTS[section])


def _as_old_as(item: Item) -> Values:
    return {name: item.values[name] for name in ("age", "createdAt") if name in item.values}


contents_of_clusters: Mapping[str, Callable[[Item, Values], Iterator[Values]]] = {
    name: partial(_usual, name) for name in CONTENTS
}
