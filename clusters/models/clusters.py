"""Cluster: where apps run. While it is managed, the API shows it as a managedCluster too."""

import uuid
from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import by_creation, holds, is_known, is_unique, listed, where_set
from astra.api.dice import new_id
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from clusters.lifecycle import CLUSTER, MANAGED, MANAGED_STATES, MANAGING
from clusters.models.clouds import NAME_MAX_LENGTH, Cloud

VERSION_MAX_LENGTH = 31


class ClusterType(models.TextChoices):
    """`clusterType`."""

    AKS = "aks", "AKS"
    ANTHOS = "anthos"
    EKS = "eks", "EKS"
    GKE = "gke", "GKE"
    KUBERNETES = "kubernetes"
    OPENSHIFT = "openshift", "OpenShift"
    RKE = "rke", "RKE"
    TANZU = "tanzu"


class ClusterProtection(models.TextChoices):
    """`protectionState` of a cluster."""

    FULL = "full"
    PARTIAL = "partial"
    AT_RISK = "atRisk"


class TridentState(models.TextChoices):
    """`tridentManagedState`: who manages Trident on a cluster."""

    MANAGED = "managed"
    UNMANAGED = "unmanaged"


def usual_trident_states() -> list[str]:
    """Return the states of Trident that may be asked for, where nothing else is known."""
    return [TridentState.UNMANAGED]


class Cluster(Staged):
    """A cluster of a cloud. ``is_managed``: it is, or is about to be."""

    # What the database works out for those that are read: of a new one it is known.
    in_use = False
    namespaces: Sequence[str] = ()
    default_storage_class: uuid.UUID | None = None

    cloud = models.ForeignKey(Cloud, on_delete=models.DO_NOTHING, db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    state = state_field(CLUSTER)
    state_unready = models.JSONField(default=list, blank=True)
    discovering_at = models.DateTimeField(null=True, blank=True)
    managed_state = models.CharField(max_length=15, default=MANAGED, db_collation="C")
    managed_state_details = models.JSONField(default=list, blank=True)
    managed_state_unready = models.JSONField(default=list, blank=True)
    outcome_managed_state = models.CharField(max_length=15, default=MANAGED, db_collation="C")
    is_managed = models.BooleanField(default=True)
    managed_at = models.DateTimeField(null=True, blank=True)
    protection_state = models.CharField(
        max_length=15, choices=ClusterProtection.choices, default=ClusterProtection.FULL
    )
    protection_state_details = models.JSONField(default=list, blank=True)
    restore_target_supported = models.BooleanField(default=True)
    snapshot_supported = models.BooleanField(default=True)
    trident_version = models.CharField(max_length=VERSION_MAX_LENGTH, default="24.2.0")
    acp_version = models.CharField(max_length=VERSION_MAX_LENGTH, null=True, blank=True)
    trident_managed_state = models.CharField(
        max_length=15, choices=TridentState.choices, default=TridentState.UNMANAGED
    )
    trident_managed_state_desired = models.CharField(
        max_length=15, choices=TridentState.choices, null=True, blank=True
    )
    trident_managed_state_details = models.JSONField(default=list, blank=True)
    trident_managed_state_allowed = models.JSONField(default=usual_trident_states, blank=True)
    acc_host = models.BooleanField(default=False)
    cluster_type = models.CharField(
        max_length=15, choices=ClusterType.choices, default=ClusterType.KUBERNETES
    )
    cluster_version = models.CharField(max_length=VERSION_MAX_LENGTH, default="1.27.3")
    cluster_version_string = models.CharField(max_length=VERSION_MAX_LENGTH, default="v1.27.3")
    cluster_creation_timestamp = models.DateTimeField(null=True, blank=True)
    credential_id = models.UUIDField(null=True, blank=True)
    location = models.CharField(max_length=NAME_MAX_LENGTH, null=True, blank=True)
    is_multizonal = models.BooleanField(default=False)
    private_route_id = models.CharField(max_length=255, null=True, blank=True)
    connector_capabilities = models.JSONField(default=list, blank=True)
    connector_install = models.CharField(max_length=15, null=True, blank=True)
    api_service_id = models.UUIDField(default=new_id)
    default_bucket = models.ForeignKey(
        "backups.Bucket", on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False
    )

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("cluster", CLUSTER),
            is_known("cluster_managed_state_is_known", "managed_state", MANAGED_STATES),
            is_known(
                "cluster_outcome_of_managing_is_known", "outcome_managed_state", MANAGED_STATES
            ),
            is_known(
                "cluster_protection_state_is_known", "protection_state", ClusterProtection.values
            ),
            is_known("cluster_type_is_known", "cluster_type", ClusterType.values),
            holds(
                "cluster_is_managed_as_it_says",
                Q(is_managed=True, managed_state__in=(MANAGING, MANAGED), managed_at__isnull=False)
                | (
                    Q(is_managed=False, managed_at=None) & ~Q(managed_state__in=(MANAGING, MANAGED))
                ),
            ),
            holds("cluster_name_is_not_empty", ~Q(name="")),
            is_unique(
                "cluster_name_is_unique", ("cloud", "name"), "The cloud has a cluster of this name."
            ),
            is_unique(
                "cluster_credential_is_unique",
                ("account", "credential_id"),
                "Another cluster uses this credential.",
                Q(credential_id__isnull=False),
            ),
        )
        indexes = (
            due_index("cluster_due"),
            *listed("cluster"),
            # GET …/topology/v1/clouds/{cloud_id}/clusters in the default order, and `continue` in it
            by_creation("cluster_of_cloud", "cloud"),
            # GET …/topology/v1/managedClusters in the default order, and `continue` in it
            models.Index(
                fields=("account", "created_at", "id"),
                name="cluster_managed_by_creation",
                condition=Q(is_managed=True),
            ),
            # a bucket that is a default (problem 175)
            where_set("cluster_by_bucket", "default_bucket"),
        )
