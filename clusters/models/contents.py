"""What is found in a cluster: namespaces and storage classes."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import by_creation, is_known, is_unique, listed
from astra.accounts.models import Resource
from clusters.models.clusters import Cluster

NAMESPACE_NAME_MAX_LENGTH = 255
TEXT_MAX_LENGTH = 255
TRIDENT = "csi.trident.netapp.io"


class NamespaceState(models.TextChoices):
    """`namespaceState`."""

    DISCOVERED = "discovered"
    REMOVED = "removed"


class SystemType(models.TextChoices):
    """`systemType`: whose a namespace of the system is."""

    KUBERNETES = "kubernetes"
    NETAPP = "netapp", "NetApp"
    OPENSHIFT = "openshift", "OpenShift"
    RKE = "rke", "RKE"
    OTHER = "other"


class Availability(models.TextChoices):
    """`available` of a storage class."""

    AVAILABLE = "available"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class Expansion(models.TextChoices):
    """`allowVolumeExpansion` of a storage class."""

    TRUE = "true"
    FALSE = "false"
    UNAVAILABLE = "unavailable"


class Resilience(models.TextChoices):
    """`resilience` of a storage class."""

    REGIONAL = "regional"
    MULTISITE = "multisite"


class _Content(Resource):
    cluster = models.ForeignKey(Cluster, on_delete=models.DO_NOTHING, db_index=False)

    class Meta:
        abstract = True


class Namespace(_Content):
    """A namespace of a cluster."""

    name = models.CharField(max_length=NAMESPACE_NAME_MAX_LENGTH, db_collation="C")
    namespace_state = models.CharField(
        max_length=15, choices=NamespaceState.choices, default=NamespaceState.DISCOVERED
    )
    namespace_state_details = models.JSONField(default=list, blank=True)
    kubernetes_labels = models.JSONField(default=list, blank=True)
    kubernetes_uid = models.UUIDField(blank=True)
    system_type = models.CharField(max_length=15, choices=SystemType.choices, null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("namespace_state_is_known", "namespace_state", NamespaceState.values),
            is_unique(
                "namespace_name_is_unique",
                ("cluster", "name"),
                "The cluster has a namespace of this name.",
            ),
        )
        indexes = (
            *listed("namespace"),
            # GET …/clusters/{cluster_id}/namespaces in the default order, and `continue` in it
            by_creation("namespace_of_cluster", "cluster"),
        )


class StorageClass(_Content):
    """A storage class of a cluster."""

    name = models.CharField(max_length=TEXT_MAX_LENGTH, db_collation="C")
    provisioner = models.CharField(max_length=TEXT_MAX_LENGTH, default=TRIDENT)
    available = models.CharField(
        max_length=15, choices=Availability.choices, default=Availability.AVAILABLE
    )
    allow_volume_expansion = models.CharField(
        max_length=15, choices=Expansion.choices, default=Expansion.TRUE
    )
    reclaim_policy = models.CharField(max_length=TEXT_MAX_LENGTH, default="Delete")
    volume_binding_mode = models.CharField(max_length=TEXT_MAX_LENGTH, default="Immediate")
    is_default = models.BooleanField(default=False)
    resilience = models.CharField(max_length=15, choices=Resilience.choices, null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name_plural = "storage classes"
        constraints = (
            is_known("storage_class_availability_is_known", "available", Availability.values),
            is_unique(
                "storage_class_name_is_unique",
                ("cluster", "name"),
                "The cluster has a storage class of this name.",
            ),
            is_unique(
                "storage_class_default_is_unique",
                ("cluster",),
                "The cluster has a default storage class.",
                Q(is_default=True),
            ),
        )
        indexes = (
            *listed("storage_class", "cluster"),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="storage_class_by_account"),
        )
