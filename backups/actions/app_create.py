"""Manage an app: define it, clone a live one, or restore a backup or snapshot to a new one."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from astra.accounts.callers import Caller
from astra.accounts.metadata import stamps
from astra.api.problems import ApiProblem, Invalid
from astra.engine.plan import plan_new
from astra.engine.stages import Fate
from astra.resources import registry
from backups.actions.restoring import refuse_empty_filter, source_of_restore
from backups.lifecycle import APP, PENDING, READY
from backups.models import App
from backups.problems import APP_NOT_FOUND, CLONE_NOT_SUPPORTED


def app_create(*, caller: Caller, body: dict[str, Any], fate: Fate = Fate(READY)) -> App:
    """Create the app, pending, from a validated request body; it is discovered, then ready.

    A clone has its source's size. Raises 147 (empty GVKN), 75, 151, 74, 46, 9 or 111 (source), 10
    (read-only label).
    """
    refuse_empty_filter(body)
    with transaction.atomic():
        source = _source(caller, body)
        app = App(state=PENDING, **_like(source), **stamps(caller, body))
        members = registry.resource(APP.kind).members
        members.apply(app, body | {"namespaceScopedResources": _namespaces(body, source)})
        app.save(force_insert=True)
        plan_new(APP.kind, app.id, fate)
    return app


def _like(source: App | None) -> dict[str, Any]:
    """Return the columns of an app that it has from its source: where it runs, how large it is."""
    if source is None:
        return {}
    copied = ("cluster_id", "cluster_name", "size_bytes", "throughput_bytes_per_second")
    return {"source_app_id": source.id, **{name: getattr(source, name) for name in copied}}


def _source(caller: Caller, body: Mapping[str, Any]) -> App | None:
    """Return the app that is cloned or restored, if any."""
    if "sourceAppID" in body:
        source = App.objects.filter(
            id=body["sourceAppID"], account__checked=caller.account_id, deleted_at__checked=None
        ).first()
        if source is None:
            unknown = Invalid("sourceAppID", "The account manages no such app.")
            raise ApiProblem(APP_NOT_FOUND, fields=[unknown])
        if source.state != READY:
            raise ApiProblem(CLONE_NOT_SUPPORTED)
        return source
    restored = source_of_restore(caller.account_id, body)
    return restored.app if restored else None


def _namespaces(body: Mapping[str, Any], source: App | None) -> list[dict[str, Any]]:
    """Return `namespaceScopedResources`: as given, else the source's, mapped; else the app's name."""
    if given := body.get("namespaceScopedResources"):
        return list(given)
    if source is None:
        return [{"namespace": body["name"], "labelSelectors": []}]
    mapping = {item["source"]: item["destination"] for item in body.get("namespaceMapping", [])}
    return [
        item | {"namespace": mapping.get(item["namespace"], item["namespace"])}
        for item in source.namespace_scoped_resources
    ]
