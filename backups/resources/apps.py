"""Apps. Source: section 7 of `appbackup.md` and the published `app` schemas."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, Q
from rest_framework.exceptions import ValidationError

from astra.api.fields import (
    DnsLabelField,
    EnumField,
    StrictCharField,
    list_of,
)
from astra.resources.composed import Details, Document, Known, Several
from astra.resources.members import (
    ABSENT,
    BY_SERVICE,
    REQUIRED,
    Choice,
    Identifier,
    Instant,
    Member,
    Name,
    Reference,
    Text,
)
from astra.resources.places import METHODS
from astra.resources.resource import CREATE, DELETE, REPLACE, Resource, Seeding, failing
from astra.resources.shapes import Members
from backups import kinds, problems
from backups.actions.apps import app_create, app_delete, app_replace, refuse_busy
from backups.lifecycle import APP as LIFECYCLE
from backups.models import App
from backups.models.apps import ClusterType, ProtectionState
from backups.reach import InNamespaces
from backups.resources.app_parts import (
    NAMESPACE_MAX_LENGTH,
    ClusterScopedResource,
    Link,
    NamespaceMapping,
    NamespaceScopedResource,
    RestoreFilter,
    ShownNamespaceScopedResource,
    StateTransition,
    StorageClassMapping,
    app_links,
    one_of,
)
from backups.views import AppInstance

RESTORE_REFUSALS = (
    problems.SNAPSHOT_NOT_FOUND,
    problems.BACKUP_NOT_FOUND,
    problems.SNAPSHOT_NOT_READY,
    problems.INVALID_GVKN,
)


class BesideCluster(Member):
    """A member that is only shown with a cluster, if it is not empty."""

    reads_also = ("cluster_id",)

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, create=ABSENT, fixed=True, sometimes=True, **options)
        self.present = Q(cluster_id__isnull=False) & ~Q(**{self.column: ""})

    def written(self, row: Any, now: datetime) -> Any:
        return (row.cluster_id and getattr(row, self.column)) or None


class ClusterKind(BesideCluster, Choice):
    """The cluster's type."""


class OtherCluster(Text):
    """`sourceClusterName`: of an app that comes from another cluster."""

    reads_also = ("cluster_id", "source_cluster_id")
    present = ~Q(source_cluster_id=F("cluster_id"))
    there = staticmethod(lambda row: row.source_cluster_id != row.cluster_id)


class Scopes(Several):
    """`namespaceScopedResources`: the app's `namespaces` follow from it."""

    sets_also = ("namespaces",)

    def apply(self, row: Any, value: Any) -> None:
        super().apply(row, value)
        row.namespaces = list(dict.fromkeys(item["namespace"] for item in value))


def of_one_source(body: dict[str, Any]) -> dict[str, Any]:
    """Refuse a body with more than one source (problem 9), and `namespace` but with a source and 2.0.

    The latter is what callers of the first release of apps say where a source's one namespace goes.
    """
    sources = "sourceAppID", "backupID", "snapshotID"
    one_of(*sources)(body)
    if "namespace" in body and (body["version"] != "2.0" or not body.keys() & {*sources}):
        raise ValidationError({"namespace": ["Unknown member."]})
    return body


A_CLUSTER = Reference(
    "managedCluster", problems.CLUSTER_NOT_FOUND, "The account manages no such cluster."
)
A_NAMESPACE = partial(StrictCharField, min_length=1, max_length=NAMESPACE_MAX_LENGTH)
A_LABEL = partial(DnsLabelField, max_length=NAMESPACE_MAX_LENGTH)
# Said when the app is made; no PUT changes it, but sent back it is no change.
ORIGIN: Any = {"fixed": True, "sometimes": True}
MEMBERS = Members(
    kinds.APP,
    Known(
        "links",
        list_of(Link),
        value=lambda row, now: app_links(row),
        reads_also=("id", "account_id", "state", "cluster_id"),
        create=ABSENT,
        replace=ABSENT,
        sometimes=False,
    ),
    Name("name", create=REQUIRED),
    Several("clusterScopedResources", of=ClusterScopedResource, sometimes=True),
    Scopes(
        "namespaceScopedResources",
        of=NamespaceScopedResource,
        of_shown=ShownNamespaceScopedResource,
    ),
    Instant("lastResourceCollectionTimestamp", column="collected_at", sometimes=True, **BY_SERVICE),
    Choice("state", choices=LIFECYCLE.listed, **BY_SERVICE),
    Known("stateTransitions", list_of(StateTransition), create=ABSENT),
    Details("stateDetails", label="Why", **BY_SERVICE),
    Choice("protectionState", choices=ProtectionState.values, label="Protection", **BY_SERVICE),
    Details("protectionStateDetails", **BY_SERVICE),
    Known("appDetectedType", partial(EnumField, ["system", "acc"]), create=ABSENT),
    Several("namespaces", of=A_NAMESPACE, **BY_SERVICE),
    Several("namespaceMapping", of=NamespaceMapping, unless_empty=True, **ORIGIN),
    Several("storageClassMapping", of=StorageClassMapping, unless_empty=True, **ORIGIN),
    BesideCluster("clusterName"),
    Identifier("clusterID", to=A_CLUSTER, **ORIGIN),
    ClusterKind("clusterType", choices=ClusterType.values),
    Identifier("sourceAppID", names="app", **ORIGIN),
    OtherCluster("sourceClusterName", create=ABSENT, fixed=True, sometimes=True),
    Identifier("sourceClusterID", **ORIGIN),
    Identifier("backupID", names="appBackup", **ORIGIN),
    Identifier("snapshotID", names="appSnap", **ORIGIN),
    Identifier("replicationSourceAppID", sometimes=True, **BY_SERVICE),
    Document("restoreFilter", of=RestoreFilter, **ORIGIN),
    Known("namespace", A_LABEL, replace=ABSENT, write_only=True),
    module=__name__,
    validate_create=of_one_source,
    validate_replace=one_of("backupID", "snapshotID"),
)

APP = Resource(
    model=App,
    members=MEMBERS,
    paths=("k8s/v2/apps", "topology/v2/managedClusters/{managedCluster_id}/apps"),
    within=InNamespaces(),
    methods=METHODS,
    there={"deleted_at": None},
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures=failing(list=88, create=90, retrieve=86, replace=80, delete=91),
    refusals={
        CREATE: (
            *RESTORE_REFUSALS,
            problems.APP_NOT_FOUND,
            problems.NAMESPACE_NOT_FOUND,
            problems.NAMESPACE_UNAVAILABLE,
            problems.NAMESPACE_REMOVED,
            problems.STORAGE_CLASS_NOT_FOUND,
            problems.CLONE_NEEDS_SNAPSHOT_CLASS,
            problems.NOT_IN_CLUSTER,
            problems.CLONE_NOT_SUPPORTED,
            problems.SELECTIVE_RESTORE_NOT_SUPPORTED,
        ),
        REPLACE: (
            *RESTORE_REFUSALS,
            problems.NAMESPACE_NOT_FOUND,
            problems.NAMESPACE_REMOVED,
            problems.NOT_OF_THE_APP,
            problems.FORCE_UPDATE_MISSING,
            problems.APP_NOT_READY,
            problems.RESTORE_DURING_BACKUP,
        ),
        DELETE: (
            problems.APP_NOT_READY,
            problems.APP_REPLICATED,
            problems.APP_BACKUP_IN_PROGRESS,
        ),
    },
    simplified={
        CREATE: "no cluster is asked: namespaces and resources are taken as given; a clone or restored"
        " app has the size and the assets of its source.",
        REPLACE: "a restore takes its time, and changes no data.",
    },
    headers={REPLACE: {"forceUpdate": "Permits to overwrite the app by an in-place restore."}},
    create=app_create,
    replace=app_replace,
    may_delete=refuse_busy,
    delete=app_delete,
    lifecycle=LIFECYCLE,
    columns=("name", "state", "protectionState"),
    instance=AppInstance,
    seeding=Seeding("apps", order=30, by="backups.scenarios.apps.AppSection"),
)
