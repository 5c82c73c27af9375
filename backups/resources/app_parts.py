"""The objects inside an app's JSON: what it consists of, what is restored, what can be done with it.

Source: section 7 of `appbackup.md`.
"""

from collections.abc import Callable
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import fields
from astra.api.fields import EXTENDED
from astra.api.serializers import ClosedSerializer, TransitionSerializer
from backups import kinds
from backups.lifecycle import READY, TAKES_SNAPSHOTS
from backups.models import App

CLASS_PATTERN = r"^(([a-z0-9]([-a-z0-9]*[a-z0-9])?)|(\*))$"
NAMESPACE_MAX_LENGTH = 253
LINKED = (kinds.APP, kinds.APP_BACKUP, kinds.APP_SNAP)
# Of the family above that replicates apps.
MIRROR = "application/astra-appMirror"


class Gvk(ClosedSerializer):
    """Group, version and kind of Kubernetes objects."""

    group = fields.StrictCharField()
    kind = fields.StrictCharField()
    version = fields.StrictCharField()


class ClusterScopedResource(ClosedSerializer):
    """An element of `clusterScopedResources`."""

    GVK = Gvk()
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), required=False)


class NamespaceScopedResource(ClosedSerializer):
    """An element of `namespaceScopedResources`; answers always have its `labelSelectors`."""

    namespace = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), default=list)


class ShownNamespaceScopedResource(NamespaceScopedResource):
    """An element of `namespaceScopedResources` in answers."""

    labelSelectors = fields.UniqueListField(child=fields.StrictCharField())


class StateTransition(TransitionSerializer):
    """An element of `stateTransitions`."""


class NamespaceMapping(ClosedSerializer):
    """An element of `namespaceMapping`."""

    source = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)  # type: ignore[assignment]
    destination = fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH)


class StorageClassMapping(ClosedSerializer):
    """An element of `storageClassMapping`; the source may be `*`."""

    source = fields.StrictCharField(  # type: ignore[assignment]
        pattern=CLASS_PATTERN, min_length=1, max_length=63
    )
    destination = fields.DnsLabelField()


class Gvkn(ClosedSerializer):
    """An element of `restoreFilter.GVKN`; an empty one is problem 147."""

    group = fields.StrictCharField(required=False)
    version = fields.StrictCharField(required=False)
    kind = fields.StrictCharField(required=False)
    namespaces = fields.UniqueListField(child=fields.DnsLabelField(), required=False)
    names = fields.UniqueListField(
        child=fields.DnsLabelField(max_length=NAMESPACE_MAX_LENGTH), required=False
    )
    labelSelectors = fields.UniqueListField(child=fields.StrictCharField(), required=False)


class RestoreFilter(ClosedSerializer):
    """`restoreFilter`."""

    resourceSelectionCriteria = fields.EnumField(["include", "exclude"])
    GVKN = fields.UniqueListField(child=Gvkn())


def one_of(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what refuses a body with more than one thing to clone or restore from (problem 9)."""

    def check(body: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in names if name in body]
        if len(named) > 1:
            reason = f"Only one of {', '.join(names)} may be given."
            raise ValidationError({name: [ErrorDetail(reason, code=EXTENDED)] for name in named})
        return body

    return check


class LinkHints(ClosedSerializer):
    """`hints` of a link."""

    allow = fields.UniqueListField(child=fields.EnumField(["POST", "GET", "PUT", "DELETE"]))
    permissions = fields.UniqueListField(
        child=fields.StrictCharField(pattern="^([a-z]([a-zA-Z])*)(-[a-z]([a-zA-Z])*){1,2}$")
    )


class Link(ClosedSerializer):
    """`type_astra_link`."""

    rel = fields.EnumField(["related"])
    href = fields.StrictCharField(pattern="^(/([-0-9a-zA-Z])+)+$")
    type = fields.EnumField([*(kind.type for kind in LINKED), MIRROR])
    title = fields.StrictCharField(min_length=1, max_length=1023)
    hints = LinkHints()


def app_links(app: App) -> list[dict[str, Any]]:
    """Return the links; an empty `allow` says that the app does not permit it now."""
    account = f"/accounts/{app.account_id}"
    path = f"{account}/k8s/v1/apps/{app.id}"
    ready = app.state == READY
    post = ["POST"] if ready else []
    snapshot = ["POST"] if app.state in TAKES_SNAPSHOTS else []
    put = ["PUT"] if ready else []
    replicate = post if app.cluster_id is not None else []
    backup, snap, itself = kinds.APP_BACKUP, kinds.APP_SNAP, kinds.APP
    return [
        _link(f"{path}/appBackups", backup.type, "disruptiveBackup", [], "appBackup-create"),
        _link(f"{path}/appBackups", backup.type, "nonDisruptiveBackup", post, "appBackup-create"),
        _link(f"{account}/k8s/v2/apps", itself.type, "restore", post, "app-create"),
        _link(f"{path}/appSnaps", snap.type, "snapshot", snapshot, "appSnap-create"),
        _link(f"{account}/k8s/v2/apps", itself.type, "clone", post, "app-create"),
        _link(f"{account}/k8s/v2/apps/{app.id}", itself.type, "inPlaceRestore", put, "app-update"),
        _link(f"{path}/appMirrors", MIRROR, "replication", replicate, "appMirror-create"),
    ]


def _link(href: str, kind: str, title: str, allow: list[str], permission: str) -> dict[str, Any]:
    hints = {"allow": allow, "permissions": [permission]}
    return {"rel": "related", "href": href, "type": kind, "title": title, "hints": hints}
