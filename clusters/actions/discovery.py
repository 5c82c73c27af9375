"""Finding what is in a cluster."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from astra.resources import registry
from astra.scenarios.sections import derived_id
from clusters import kinds
from clusters.contents import CONTENTS
from clusters.models import Cluster, Namespace
from clusters.models.contents import NamespaceState

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


def namespaces_appear(
    account_id: uuid.UUID, cluster_id: uuid.UUID, names: Sequence[str], at: datetime
) -> None:
    """Write down namespaces that something has made in a cluster; those that were there stay."""
    gone = Namespace.objects.filter(
        cluster_id=cluster_id, name__in=names, namespace_state=NamespaceState.REMOVED
    )
    gone.update(namespace_state=NamespaceState.DISCOVERED, modified_at=at)
    rows = [
        Namespace(
            id=derived_id(str(cluster_id), f"{kinds.NAMESPACE.plural}/{name}"),
            kubernetes_uid=derived_id(str(cluster_id), f"{kinds.NAMESPACE.plural}/{name}/uid"),
            version=kinds.NAMESPACE.versions[0],
            account_id=account_id,
            cluster_id=cluster_id,
            name=name,
            created_at=at,
            modified_at=at,
        )
        for name in names
    ]
    Namespace.objects.bulk_create(rows, ignore_conflicts=True)


def namespaces_vanish(cluster_id: uuid.UUID, names: Sequence[str]) -> None:
    """Forget namespaces that something has deleted in a cluster."""
    Namespace.objects.filter(cluster_id=cluster_id, name__in=names).delete()
