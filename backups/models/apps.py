"""App: what is protected."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import by_label, holds, is_dns_label, is_known, is_not_negative
from astra.api import patterns
from astra.engine.models import Staged, due_index, state_field
from backups.lifecycle import APP
from clusters.models import Cluster

GIB = 1024**3


class ProtectionState(models.TextChoices):
    """`protectionState` of an app."""

    AT_RISK = "atRisk"
    PROTECTED = "protected"
    PARTIAL = "partial"
    NONE = "none"


class ClusterType(models.TextChoices):
    """`clusterType` of an app."""

    GKE = "gke", "GKE"
    AKS = "aks", "AKS"
    EKS = "eks", "EKS"
    OPENSHIFT = "openshift", "OpenShift"
    KUBERNETES = "kubernetes"


class App(Staged):
    """An application on a cluster. ``deleted_at`` set: unmanaged; its backups stay reachable."""

    name = models.CharField(max_length=patterns.DNS_LABEL_MAX_LENGTH, db_collation="C")
    state = state_field(APP)
    discovering_at = models.DateTimeField(null=True, blank=True)
    state_details = models.JSONField(default=list, blank=True)
    protection_state = models.CharField(
        max_length=15, choices=ProtectionState.choices, default=ProtectionState.NONE
    )
    protection_state_details = models.JSONField(default=list, blank=True)
    namespace_scoped_resources = models.JSONField(default=list, blank=True)
    cluster_scoped_resources = models.JSONField(default=list, blank=True)
    namespaces = models.JSONField(default=list, blank=True)
    # The cluster may go first.
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
    )
    cluster_name = models.CharField(max_length=63, blank=True)
    cluster_type = models.CharField(
        max_length=15, choices=ClusterType.choices, default=ClusterType.KUBERNETES
    )
    # Where a clone or a restored app comes from: plain ids, because sources come and go.
    source_app_id = models.UUIDField(null=True, blank=True)
    source_cluster_id = models.UUIDField(null=True, blank=True)
    source_cluster_name = models.CharField(max_length=63, null=True, blank=True)
    backup_id = models.UUIDField(null=True, blank=True)
    snapshot_id = models.UUIDField(null=True, blank=True)
    namespace_mapping = models.JSONField(default=list, blank=True)
    storage_class_mapping = models.JSONField(default=list, blank=True)
    restore_filter = models.JSONField(null=True, blank=True)
    # The app of which it is a copy, as long as it stands by.
    replication_source_app_id = models.UUIDField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.BigIntegerField(default=2 * GIB)
    throughput_bytes_per_second = models.BigIntegerField(default=GIB // 2)
    stage_delays = models.JSONField(default=dict, blank=True)
    immediate_kinds = models.JSONField(default=list, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # Kept by whoever has execution hooks: of an app without any nobody asks what runs.
    has_hooks = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("app_state_is_known", "state", APP.states),
            is_not_negative("app_transition_count_is_not_negative", "transition_count"),
            is_known("app_protection_state_is_known", "protection_state", ProtectionState.values),
            is_dns_label("app_name_is_dns_label"),
            holds(
                "app_size_and_throughput_are_sane",
                Q(size_bytes__gte=0, throughput_bytes_per_second__gt=0),
            ),
        )
        indexes = (
            due_index("app_due"),
            # GET …/k8s/v2/apps in the default order, and `continue` in it
            models.Index(
                fields=("account", "created_at", "id"),
                name="app_by_creation",
                condition=Q(deleted_at=None),
            ),
            # GET …/topology/v2/managedClusters/{managedCluster_id}/apps in the default order; whether a
            # cluster is in use
            models.Index(
                fields=("cluster", "created_at", "id"),
                name="app_of_cluster",
                condition=Q(deleted_at=None),
            ),
            # GET …/k8s/v2/apps by name, or in its order
            models.Index(
                fields=("account", "name", "id"), name="app_by_name", condition=Q(deleted_at=None)
            ),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="app_by_account"),
            by_label("app_by_label"),
        )
