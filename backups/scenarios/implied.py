"""What the apps of a scenario imply: clusters, with the namespaces that the apps are in."""

from collections.abc import Iterator, Mapping
from typing import Any

from astra.scenarios.sections import Item

Values = Mapping[str, Any]


def cluster_named_by(values: Values) -> dict[str, Any]:
    """Return the cluster that an app's item names, as its own item; nothing if it names none."""
    named = values.get("cluster")
    if not named:
        return {}
    if isinstance(named, str):
        return {"name": named}
    return {"clusterType" if name == "type" else name: named[name] for name in named}


def clusters_of_apps(account: Item, members: Values) -> Iterator[Values]:
    """Yield the clusters that apps name, and one for each fleet: as old as the account."""
    named = [cluster_named_by(app) for app in members.get("apps", ())]
    named += [{"name": fleet["name"]} for fleet in members.get("fleets", ())]
    age = {name: members[name] for name in ("age", "createdAt") if name in members}
    clusters: dict[str, dict[str, Any]] = {}
    for each in filter(None, named):
        clusters[each["name"]] = age | clusters.get(each["name"], {}) | each
    yield from clusters.values()


def namespaces_of_apps(cluster: Item, members: Values) -> Iterator[Values]:
    """Yield the namespaces that the apps of a cluster are in, as old as the apps."""
    assert cluster.parent is not None
    for app in cluster.parent.get("apps", ()):
        if cluster_named_by(app).get("name") == cluster.name:
            age = {name: app[name] for name in ("age", "createdAt") if name in app}
            yield from ({"name": name, **age} for name in _namespaces_of(app))


def _namespaces_of(app: Values) -> list[str]:
    scopes = [scope["namespace"] for scope in app.get("namespaceScopedResources", ())]
    return app.get("namespaces") or scopes or [str(app["name"])]
