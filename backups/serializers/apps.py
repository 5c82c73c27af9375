"""app on the wire. Source: section 7 of `appbackup.md` and the published `app` schemas."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Q, When

from astra.accounts.metadata import represent_metadata
from astra.api import fields, filters
from astra.api.clock import timestamp
from astra.api.serializers import (
    ClosedSerializer,
    MetadataSerializer,
    StateDetailsField,
    StrictMetadataSerializer,
)
from backups import kinds
from backups.models import App
from backups.models.apps import AppState, ClusterType, ProtectionState
from backups.serializers.app_links import Link, app_links
from backups.serializers.app_parts import (
    NAMESPACE_MAX_LENGTH,
    ClusterScopedResource,
    NamespaceMapping,
    NamespaceScopedResource,
    RestoreFilter,
    StateTransition,
    StorageClassMapping,
    require_one_source,
)

SOURCES = ("sourceAppID", "backupID", "snapshotID")
# What a PUT may change; with the header forceUpdate it may also name what to restore from.
MUTABLE = frozenset({"name", "clusterScopedResources", "namespaceScopedResources"})
RESTORING = frozenset({"backupID", "snapshotID", "restoreFilter", "storageClassMapping"})


class AppCreate(ClosedSerializer):
    """The request body of a create: define, clone, or restore to a new app."""

    type = fields.EnumField([kinds.APP.type])
    version = fields.EnumField(kinds.APP.versions)
    name = fields.DnsLabelField()
    clusterScopedResources = fields.UniqueListField(child=ClusterScopedResource(), required=False)
    namespaceScopedResources = fields.UniqueListField(
        child=NamespaceScopedResource(), required=False
    )
    namespaceMapping = fields.UniqueListField(child=NamespaceMapping(), required=False)
    storageClassMapping = fields.UniqueListField(child=StorageClassMapping(), required=False)
    clusterID = fields.IdentifierField(required=False)
    sourceAppID = fields.IdentifierField(required=False)
    sourceClusterID = fields.IdentifierField(required=False)
    backupID = fields.IdentifierField(required=False)
    snapshotID = fields.IdentifierField(required=False)
    restoreFilter = RestoreFilter(required=False)
    metadata = MetadataSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse more than one source (problem 9)."""
        require_one_source(attrs, SOURCES)
        return attrs


class AppReplace(AppCreate):
    """The request body of a PUT: what is absent is kept, what may not change may be sent back."""

    id = fields.IdentifierField(required=False)
    name = fields.DnsLabelField(required=False)
    lastResourceCollectionTimestamp = fields.TimestampField(required=False)
    state = fields.EnumField(AppState.values, required=False)
    stateTransitions = fields.UniqueListField(child=StateTransition(), required=False)
    stateDetails = StateDetailsField(required=False)
    protectionState = fields.EnumField(ProtectionState.values, required=False)
    protectionStateDetails = StateDetailsField(required=False)
    appDetectedType = fields.EnumField(["system", "acc"], required=False)
    namespaces = fields.UniqueListField(
        child=fields.StrictCharField(min_length=1, max_length=NAMESPACE_MAX_LENGTH), required=False
    )
    clusterName = fields.StrictCharField(required=False)
    clusterType = fields.EnumField(ClusterType.values, required=False)
    sourceClusterName = fields.StrictCharField(required=False)
    replicationSourceAppID = fields.IdentifierField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse more than one thing to restore from (problem 9)."""
        require_one_source(attrs, ("backupID", "snapshotID"))
        return attrs


class ShownNamespaceScopedResource(NamespaceScopedResource):
    """An element of `namespaceScopedResources` in answers."""

    labelSelectors = fields.UniqueListField(child=fields.StrictCharField())


class AppBody(ClosedSerializer):
    """An instance in answers. `stateTransitions` and some others are known, but never shown."""

    type = fields.EnumField([kinds.APP.type])
    version = fields.EnumField(kinds.APP.versions)
    id = fields.IdentifierField()
    links = fields.UniqueListField(child=Link())
    name = fields.DnsLabelField()
    clusterScopedResources = fields.UniqueListField(child=ClusterScopedResource(), required=False)
    namespaceScopedResources = fields.UniqueListField(child=ShownNamespaceScopedResource())
    lastResourceCollectionTimestamp = fields.TimestampField(required=False)
    state = fields.EnumField(AppState.values)
    stateTransitions = fields.UniqueListField(child=StateTransition(), required=False)
    stateDetails = StateDetailsField()
    protectionState = fields.EnumField(ProtectionState.values)
    protectionStateDetails = StateDetailsField()
    appDetectedType = fields.EnumField(["system", "acc"], required=False)
    namespaces = fields.UniqueListField(
        child=fields.StrictCharField(min_length=1, max_length=NAMESPACE_MAX_LENGTH)
    )
    namespaceMapping = fields.UniqueListField(child=NamespaceMapping(), required=False)
    storageClassMapping = fields.UniqueListField(child=StorageClassMapping(), required=False)
    clusterName = fields.StrictCharField(required=False)
    clusterID = fields.IdentifierField(required=False)
    clusterType = fields.EnumField(ClusterType.values, required=False)
    sourceAppID = fields.IdentifierField(required=False)
    sourceClusterName = fields.StrictCharField(required=False)
    sourceClusterID = fields.IdentifierField(required=False)
    backupID = fields.IdentifierField(required=False)
    snapshotID = fields.IdentifierField(required=False)
    replicationSourceAppID = fields.IdentifierField(required=False)
    restoreFilter = RestoreFilter(required=False)
    metadata = StrictMetadataSerializer()


def _beside_cluster(column: str) -> Callable[[datetime], Any]:
    """Return the expression of a member that is only shown with a cluster, if it is not empty."""

    def expression(now: datetime) -> Any:
        return Case(When(Q(cluster_id__isnull=False) & ~Q(**{column: ""}), then=F(column)))

    return expression


class AppFilters(filters.MemberFilterSet):
    """What `filter` and `orderBy` may name."""

    type = filters.ConstantMember(kinds.APP.type)
    version = filters.Member("version")
    id = filters.IdentifierMember("id")
    name = filters.Member("name")
    namespace = filters.ElementMember(
        "namespace_scoped_resources", "namespace", path="namespaceScopedResources[*].namespace"
    )
    lastResourceCollectionTimestamp = filters.InstantMember("collected_at", nullable=True)
    state = filters.Member("state")
    state_title = filters.ElementMember("state_details", "title", path="stateDetails[*].title")
    protectionState = filters.Member("protection_state")
    namespaces = filters.ElementMember("namespaces", path="namespaces[*]")
    clusterName = filters.Member(expression=_beside_cluster("cluster_name"))
    clusterID = filters.IdentifierMember("cluster_id", nullable=True)
    clusterType = filters.Member(expression=_beside_cluster("cluster_type"))
    sourceAppID = filters.IdentifierMember("source_app_id", nullable=True)
    sourceClusterID = filters.IdentifierMember("source_cluster_id", nullable=True)
    backupID = filters.IdentifierMember("backup_id", nullable=True)
    snapshotID = filters.IdentifierMember("snapshot_id", nullable=True)


def represent(app: App) -> dict[str, Any]:
    """Return the JSON of an app; no value, no member."""
    document: dict[str, Any] = {
        "type": kinds.APP.type,
        "version": app.version,
        "id": str(app.id),
        "links": app_links(app),
        "name": app.name,
        "clusterScopedResources": app.cluster_scoped_resources,
        "namespaceScopedResources": app.namespace_scoped_resources,
        "lastResourceCollectionTimestamp": app.collected_at and timestamp(app.collected_at),
        "state": app.state,
        "stateDetails": app.state_details,
        "protectionState": app.protection_state,
        "protectionStateDetails": app.protection_state_details,
        "namespaces": app.namespaces,
        "namespaceMapping": app.namespace_mapping or None,
        "storageClassMapping": app.storage_class_mapping or None,
        "clusterName": (app.cluster_id and app.cluster_name) or None,
        "clusterID": app.cluster_id and str(app.cluster_id),
        "clusterType": app.cluster_id and app.cluster_type,
        "sourceAppID": app.source_app_id and str(app.source_app_id),
        "sourceClusterID": app.source_cluster_id and str(app.source_cluster_id),
        "backupID": app.backup_id and str(app.backup_id),
        "snapshotID": app.snapshot_id and str(app.snapshot_id),
        "restoreFilter": app.restore_filter,
        "metadata": represent_metadata(app),
    }
    return {name: value for name, value in document.items() if value is not None}
