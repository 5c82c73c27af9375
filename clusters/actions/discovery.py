"""Finding what is in a cluster."""

from typing import Any

from astra.resources import registry
from astra.scenarios.sections import derived_id
from clusters import kinds
from clusters.contents import CONTENTS
from clusters.models import Cluster

_FOUND = (kinds.NAMESPACE, kinds.STORAGE_CLASS)


def discover_contents(cluster: Cluster) -> None:
    """Write down what every cluster has; the ids follow from that of the cluster."""
    for kind in _FOUND:
        resource = registry.resource(kind.name)
        model: type[Any] = resource.model
        rows = []
        for found in CONTENTS[kind.plural]:
            row = model(
                id=derived_id(str(cluster.id), f"{kind.plural}/{found['name']}"),
                version=kind.versions[0],
                account_id=cluster.account_id,
                cluster=cluster,
                created_at=cluster.created_at,
                modified_at=cluster.created_at,
            )
            for name, value in found.items():
                setattr(row, resource.members[name].column, value)
            resource.complete(row, cluster.created_at)
            rows.append(row)
        model._default_manager.bulk_create(rows)
