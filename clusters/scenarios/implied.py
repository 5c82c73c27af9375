"""What clusters of a scenario have that it does not say: a cloud, namespaces, storage classes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from astra.scenarios.sections import Item, items_in, section_named
from clusters.contents import CONTENTS
from clusters.models.clouds import PRIVATE

Values = Mapping[str, Any]


def clouds_of_clusters(account: Item, members: Values) -> Iterator[Values]:
    """Yield the cloud private, if a cluster is of no other."""
    clusters = items_in(section_named("clusters"), account, members)
    if any("cloud" not in cluster for cluster in clusters):
        yield {"name": PRIVATE, **_as_old_as(account)}


def _usual(section: str, cluster: Item, members: Values) -> Iterator[Values]:
    # The namespaces of the system are always there.
    if section not in members or section == "namespaces":
        yield from ({**each, **_as_old_as(cluster)} for each in CONTENTS[section])


def _as_old_as(item: Item) -> Values:
    return {name: item.values[name] for name in ("age", "createdAt") if name in item.values}


contents_of_clusters: Mapping[str, Callable[[Item, Values], Iterator[Values]]] = {
    name: partial(_usual, name) for name in CONTENTS
}
