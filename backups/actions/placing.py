"""On which cluster an app is."""

import uuid
from datetime import datetime
from typing import Any

import orjson

from astra.accounts.callers import Caller
from astra.api.problems import COLLECTION_NOT_FOUND, INVALID_FIELDS, ApiProblem, Invalid
from astra.api.statements import Statement
from astra.engine.plan import begin_in
from astra.engine.stages import Fate
from backups import problems
from backups.lifecycle import APP, PENDING, READY, UNAVAILABLE
from backups.models import App
from backups.models.apps import ClusterType
from clusters.models import Cluster


def place_app(app: App, *, named_id: uuid.UUID | None, at: uuid.UUID | None = None) -> None:
    """Put an unsaved app on the managed cluster of its account that is named, in the path (``at``) too.

    Else it is where its source is, if it has one, else on the oldest that is managed, if there is any.
    Raises problem 2 for a path, and 106 for a body, with a cluster that the account does not manage; 9
    for one that is not that of the path.
    """
    if at is not None and named_id not in (None, at):
        other = Invalid("clusterID", "The path names another cluster.")
        raise ApiProblem(INVALID_FIELDS, fields=[other])
    if at is None and named_id is None and app.cluster_id is not None:
        return
    managed: Any = Cluster.objects.select_for_update()
    wanted = at or named_id
    if wanted is None:
        rows = managed.filter(account_id=app.account_id, is_managed=True)
        cluster = rows.order_by("created_at", "id").first()
    else:
        rows = managed.filter(id=wanted, account__checked=app.account_id, is_managed__checked=True)
        cluster = rows.first()
    if cluster is not None:
        for name, value in columns_on(cluster).items():
            setattr(app, name, value)
    elif at is not None:
        raise ApiProblem(COLLECTION_NOT_FOUND)
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


_LOSE = Statement(f"""
    WITH lost AS (
        SELECT id, state FROM backups_app
        WHERE cluster_id = %(cluster)s AND deleted_at IS NULL AND state <> '{UNAVAILABLE}'
        ORDER BY id FOR NO KEY UPDATE
    ), changed AS (
        UPDATE backups_app AS app
        SET state = '{UNAVAILABLE}', outcome = '{UNAVAILABLE}', state_details = %(why)s::jsonb,
            outcome_reasons = %(why)s::jsonb, ends_at = %(now)s, next_transition_at = NULL,
            modified_at = %(now)s, transition_count = transition_count + 1
        FROM lost WHERE app.id = lost.id
        RETURNING app.id, app.account_id, app.transition_count, lost.state AS from_state
    )
    INSERT INTO engine_transition
        (account_id, kind, resource_id, sequence, from_state, to_state, reason, at)
    SELECT account_id, '{APP.kind}', id, transition_count - 1, from_state, '{UNAVAILABLE}', '', %(now)s
    FROM changed
""")
# In `stateDetails`, by which those that the cluster takes along are known again.
LET_GO = {
    "type": "https://astra.netapp.io/problems/34",
    "title": "Cluster not managed",
    "detail": "The cluster of the application is not managed any more.",
}


def lose_apps(cluster: Cluster, now: datetime) -> None:
    """Make the apps of a cluster that is let go unavailable."""
    why = orjson.dumps([LET_GO]).decode()
    _LOSE.execute({"cluster": cluster.id, "now": now, "why": why})


def regain_apps(cluster: Cluster, caller: Caller) -> None:
    """Discover anew the apps that became unavailable when their cluster was let go."""
    lost = App.objects.filter(cluster=cluster, deleted_at=None, state_details__contains=[LET_GO])
    for app in lost.filter(state=UNAVAILABLE).order_by("id").select_for_update(no_key=True):
        app.state_details = []
        columns = begin_in(APP, app, PENDING, Fate(READY), caller)
        app.save(update_fields=["state_details", *columns])
