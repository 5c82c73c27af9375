"""What every cluster has, as views of the database: nothing is stored, it follows from the cluster."""

from django.db import models

from astra.accounts.models import Account, Described
from clusters.models.clusters import Cluster
from clusters.models.storage_backends import StorageBackend

NODE_TEXT_MAX_LENGTH = 254
VOLUME_TEXT_MAX_LENGTH = 255


class NodeState(models.TextChoices):
    """`state` of a node: that of its cluster."""

    RUNNING = "running"
    PROVISIONING = "provisioning"
    DISCOVERING = "discovering"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


class _OfCluster(Described):
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    cluster = models.ForeignKey(Cluster, on_delete=models.DO_NOTHING)

    class Meta:
        abstract = True
        managed = False
        ordering = ("created_at", "id")


class ApiResource(_OfCluster):
    """A kind of object that the Kubernetes of a cluster knows (read only)."""

    api_version = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    kind = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)

    class Meta(_OfCluster.Meta):
        db_table = "clusters_apiresource"
        verbose_name = "API resource"

    def __str__(self) -> str:
        return f"{self.kind} {self.api_version}"


class ClusterNode(_OfCluster):
    """A node of a cluster (read only)."""

    name = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    role = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    node_labels = models.JSONField()
    creation_time = models.DateTimeField()
    external_ip = models.CharField(max_length=63)
    internal_ip = models.CharField(max_length=63)
    zone = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    region = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    instance_type = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    kernel_version = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    os_image = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    num_cpus = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    memory = models.CharField(max_length=NODE_TEXT_MAX_LENGTH)
    state = models.CharField(max_length=15, choices=NodeState.choices)

    class Meta(_OfCluster.Meta):
        db_table = "clusters_clusternode"
        verbose_name = "node"


class Volume(Described):
    """What an app stores in one of its namespaces (read only)."""

    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    # The app's, which may be gone.
    cluster = models.ForeignKey(Cluster, on_delete=models.DO_NOTHING, null=True)
    app = models.ForeignKey("backups.App", on_delete=models.DO_NOTHING)
    storage_backend = models.ForeignKey(StorageBackend, on_delete=models.DO_NOTHING, null=True)
    name = models.CharField(max_length=VOLUME_TEXT_MAX_LENGTH)
    state = models.CharField(max_length=15)
    size = models.CharField(max_length=15)
    used = models.BigIntegerField(help_text="In bytes.")
    used_percentage = models.IntegerField()
    total = models.BigIntegerField(help_text="In bytes.")
    creation_token = models.CharField(max_length=VOLUME_TEXT_MAX_LENGTH)
    snapshot_possible = models.BooleanField()
    storage_class = models.CharField(max_length=VOLUME_TEXT_MAX_LENGTH, null=True)
    pvc_name = models.CharField(max_length=VOLUME_TEXT_MAX_LENGTH)
    internal_name = models.CharField(max_length=VOLUME_TEXT_MAX_LENGTH)
    apps_using = models.JSONField()

    class Meta:
        managed = False
        db_table = "clusters_volume"
        ordering = ("created_at", "id")
