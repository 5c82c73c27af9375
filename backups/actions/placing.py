"""On which cluster an app is."""

import uuid
from typing import Any

from astra.api.problems import ApiProblem, Invalid
from backups import problems
from backups.models import App
from backups.models.apps import ClusterType
from clusters.models import Cluster


def place_app(app: App, *, named_id: uuid.UUID | None) -> None:
    """Put an unsaved app on the managed cluster of its account that is named.

    Else it is where its source is, if it has one, else on the oldest that is managed, if there is any.
    Raises problem 106 for a cluster that the account does not manage.
    """
    if named_id is None and app.cluster_id is not None:
        return
    managed: Any = Cluster.objects.select_for_update()
    if named_id is None:
        rows = managed.filter(account_id=app.account_id, is_managed=True)
        cluster = rows.order_by("created_at", "id").first()
    else:
        rows = managed.filter(
            id=named_id, account__checked=app.account_id, is_managed__checked=True
        )
        cluster = rows.first()
    if cluster is not None:
        for name, value in columns_on(cluster).items():
            setattr(app, name, value)
    elif named_id is not None:
        unknown = Invalid("clusterID", "The account manages no such cluster.")
        raise ApiProblem(problems.CLUSTER_NOT_FOUND, fields=[unknown])


def columns_on(cluster: Cluster) -> dict[str, Any]:
    """Return the columns of an app that say on which cluster it is."""
    is_known = cluster.cluster_type in ClusterType.values
    return {
        "cluster_id": cluster.id,
        "cluster_name": cluster.name,
        "cluster_type": cluster.cluster_type if is_known else ClusterType.KUBERNETES,
    }
