"""Clone a live app or restore a backup or snapshot, to a new app or in place.

Source: the reference, `families.md`, section 6, and section 7 of `appbackup.md`.
"""

import uuid
from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from astra.accounts.callers import Caller
from astra.accounts.metadata import label_of_service
from astra.api.problems import INVALID_FIELDS, ApiProblem, ProblemType, refusal
from astra.engine.plan import begin_in
from backups import problems
from backups.actions.fating import fate_of_app
from backups.lifecycle import (
    APP,
    APP_BACKUP,
    COMPLETED,
    PROVISIONING,
    READY,
    RESTORING,
    UNAVAILABLE,
)
from backups.models import App, AppBackup, Snapshot

# What an app that comes from another has from it: where it runs, how it is simulated.
LIKE_ITS_SOURCE = (
    "cluster_id",
    "cluster_name",
    "cluster_type",
    "size_bytes",
    "throughput_bytes_per_second",
    "stage_delays",
    "immediate_kinds",
)
# What an app is restored from: a completed backup or snapshot of the account.
_MADE: Mapping[str, tuple[str, type[AppBackup | Snapshot], ProblemType, ProblemType]] = {
    "backupID": ("backup", AppBackup, problems.BACKUP_NOT_FOUND, INVALID_FIELDS),
    "snapshotID": ("snapshot", Snapshot, problems.SNAPSHOT_NOT_FOUND, problems.SNAPSHOT_NOT_READY),
}


class Source(NamedTuple):
    """An app, and what was made of it that is restored; without that it is cloned as it runs."""

    app: App
    made: AppBackup | Snapshot | None = None


def source_of_new(caller: Caller, body: Mapping[str, Any]) -> Source | None:
    """Return what a new app is to come from, if anything.

    Raises problem 75, 151 or 155 (a live app), 129 (not on the cluster), 9 (a snapshot for another
    cluster), and as ``made_source``.
    """
    if "sourceAppID" in body:
        source = Source(_live_app(caller, body))
    else:
        made = made_source(caller.account_id, body)
        if made is None:
            return None
        source = Source(made.app, made)
    runs_on = source.app.cluster_id
    if runs_on and body.get("sourceClusterID", runs_on) != runs_on:
        raise refusal(problems.NOT_IN_CLUSTER, "sourceClusterID", "The source is on another.")
    if isinstance(source.made, Snapshot) and body.get("clusterID", runs_on) != runs_on:
        raise refusal(INVALID_FIELDS, "clusterID", "A snapshot is only on the cluster of its app.")
    return source


def _live_app(caller: Caller, body: Mapping[str, Any]) -> App:
    app = App.objects.filter(
        id=body["sourceAppID"], account__checked=caller.account_id, deleted_at__checked=None
    ).first()
    if app is None:
        raise refusal(problems.APP_NOT_FOUND, "sourceAppID", "The account manages no such app.")
    if app.state != READY:
        raise ApiProblem(problems.CLONE_NOT_SUPPORTED)
    if "restoreFilter" in body:
        raise ApiProblem(problems.SELECTIVE_RESTORE_NOT_SUPPORTED)
    return app


def columns_from(source: Source) -> dict[str, Any]:
    """Return the columns that a new app has from its source."""
    return {
        "state": PROVISIONING,
        "source_app_id": source.app.id,
        "source_cluster_id": source.app.cluster_id,
        "source_cluster_name": source.app.cluster_name or None,
        **{name: getattr(source.app, name) for name in LIKE_ITS_SOURCE},
    }


def mark_as_clone(app: App) -> None:
    """Set the label by which callers tell an app that comes from another."""
    app.labels = [label_of_service("appType", "clone"), *app.labels]


def scopes_of(body: Mapping[str, Any], source: Source | None) -> list[dict[str, Any]]:
    """Return `namespaceScopedResources`: as given, else the source's, mapped; else the app's name.

    Raises problem 9 for a mapping that is not one of the source's namespaces.
    """
    if given := body.get("namespaceScopedResources"):
        return list(given)
    scopes = source.app.namespace_scoped_resources if source else []
    if not scopes:
        return [{"namespace": body["name"], "labelSelectors": []}]
    goes_to = _mapping(body, {item["namespace"] for item in scopes})
    return [item | {"namespace": goes_to[item["namespace"]]} for item in scopes]


def _mapping(body: Mapping[str, Any], sources: Set[str]) -> Mapping[str, str]:
    """Return where each namespace of a source goes: a single one, if nothing is said, to the app's name.

    Raises problem 9.
    """
    if "namespaceMapping" not in body:
        if len(sources) > 1:
            member = "namespace" if "namespace" in body else "namespaceMapping"
            raise refusal(INVALID_FIELDS, member, "The source has several namespaces: map each.")
        return dict.fromkeys(sources, body.get("namespace", body["name"]))
    if "namespace" in body:
        raise refusal(INVALID_FIELDS, "namespace", "`namespaceMapping` says it already.")
    pairs = [(item["source"], item["destination"]) for item in body["namespaceMapping"]]
    goes_to = dict(pairs)
    if len(goes_to) < len(pairs) or goes_to.keys() != sources:
        reason = f"Must have each of the source's namespaces once: {', '.join(sorted(sources))}."
        raise refusal(INVALID_FIELDS, "namespaceMapping", reason)
    if len(set(goes_to.values())) < len(goes_to):
        raise refusal(INVALID_FIELDS, "namespaceMapping", "Two go to one namespace.")
    return goes_to


def restores(app: App, body: Mapping[str, Any], *, force_update: bool) -> bool:
    """Tell whether a PUT body asks for an in-place restore rather than sending back what is.

    What an app was last restored from is restored once more where the header forceUpdate says so.
    """
    wanted = body.get("backupID"), body.get("snapshotID")
    if wanted == (None, None):
        return False
    return force_update or wanted != (app.backup_id, app.snapshot_id)


def restore_in_place(
    caller: Caller, app: App, body: Mapping[str, Any], *, force_update: bool
) -> list[str]:
    """Put a locked app into restoring; return the columns to save.

    Raises 79 (header forceUpdate missing), 76 (of another app), 112 (in no state for it), 152 (a
    backup is in progress), and as ``made_source``.
    """
    if not force_update:
        raise ApiProblem(problems.FORCE_UPDATE_MISSING)
    source = made_source(caller.account_id, body)
    assert source is not None
    if source.app_id != app.id:
        raise ApiProblem(problems.NOT_OF_THE_APP)
    if app.state not in (READY, UNAVAILABLE):
        raise ApiProblem(problems.APP_NOT_READY)
    if is_backed_up(app):
        raise ApiProblem(problems.RESTORE_DURING_BACKUP)
    app.backup_id, app.snapshot_id = body.get("backupID"), body.get("snapshotID")
    app.restore_filter = body.get("restoreFilter")
    app.state_details = []
    fate = fate_of_app(caller, "replace", app, name=app.name)
    columns = begin_in(APP, app, RESTORING, fate, caller, own_seconds=copying_seconds(app))
    return ["backup_id", "snapshot_id", "restore_filter", "state_details", *columns]


def copying_seconds(app: App) -> float:
    """Return how long it takes to copy what an app has, at the speed that it is stored with."""
    return app.size_bytes / app.throughput_bytes_per_second


def made_source(account_id: uuid.UUID, body: Mapping[str, Any]) -> AppBackup | Snapshot | None:
    """Return the backup or snapshot that a body names, None if it names neither.

    Raises problem 74 or 46 when the account has none of that id, 9 for an unfinished backup, 111 for
    an unfinished snapshot.
    """
    for name, (word, model, not_found, not_ready) in _MADE.items():
        if name not in body:
            continue
        rows = model._default_manager.filter(id=body[name], account__checked=account_id)
        source = rows.select_related("app").first()
        if source is None:
            raise refusal(not_found, name, f"The account has no such {word}.")
        if source.state != COMPLETED:
            raise refusal(not_ready, name, f"The {word} is {source.state}.")
        return source
    return None


def refuse_empty_filter(body: Mapping[str, Any]) -> None:
    """Raise problem 147 when an element of `restoreFilter.GVKN` is empty."""
    if not all(body.get("restoreFilter", {}).get("GVKN", [])):
        raise ApiProblem(problems.INVALID_GVKN)


def is_backed_up(app: App) -> bool:
    """Tell whether a backup of the app is under way."""
    return AppBackup.objects.filter(app=app, state__in=APP_BACKUP.unfinished).exists()


def refuse_while_restoring(made: AppBackup | Snapshot) -> None:
    """Raise problem 142 for a backup or snapshot of an app that is being restored."""
    if App.objects.filter(id=made.app_id, state=RESTORING).exists():
        raise ApiProblem(problems.NOT_DELETED_WHILE_RESTORING)
