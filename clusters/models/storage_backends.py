"""StorageBackend: what stores the volumes of clusters."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, is_unique, listed
from astra.accounts.models import Resource, choice_of

NAME_MAX_LENGTH = 63


class BackendState(models.TextChoices):
    """`state` of a storage backend."""

    DISCOVERED = "discovered"
    RUNNING = "running"
    UNKNOWN = "unknown"
    FAILED = "failed"


class BackendManaged(models.TextChoices):
    """`managedState` of a storage backend."""

    PENDING = "pending"
    UNMANAGED = "unmanaged"
    MANAGED = "managed"


class BackendHealth(models.TextChoices):
    """`healthState` of storage backends and of volumes."""

    INDETERMINATE = "indeterminate"
    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"


class BackendProtection(models.TextChoices):
    """`protectionState` of a storage backend."""

    PROTECTED = "protected"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class StorageBackend(Resource):
    """An ONTAP system. Its address is told apart from those of the account's others."""

    backend_name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    backend_version = models.CharField(max_length=NAME_MAX_LENGTH, default="9.13.1")
    backend_credentials_name = models.CharField(max_length=NAME_MAX_LENGTH, default="ontap")
    config_version = models.CharField(max_length=NAME_MAX_LENGTH, null=True, blank=True)
    state = choice_of(BackendState, default=BackendState.RUNNING)
    state_desired = models.CharField(max_length=15, null=True, blank=True)
    state_unready = models.JSONField(default=list, blank=True)
    managed_state = choice_of(BackendManaged, default=BackendManaged.MANAGED)
    managed_state_unready = models.JSONField(default=list, blank=True)
    health_state = choice_of(BackendHealth, default=BackendHealth.NORMAL)
    health_state_unready = models.JSONField(default=list, blank=True)
    protection_state = choice_of(BackendProtection, default=BackendProtection.UNKNOWN)
    protection_state_unready = models.JSONField(default=list, blank=True)
    management_ip = models.CharField(max_length=NAME_MAX_LENGTH, null=True, blank=True)
    management_ips = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name = "storage backend"
        constraints = (
            is_known("storage_backend_state_is_known", "state", BackendState.values),
            is_known(
                "storage_backend_managed_state_is_known", "managed_state", BackendManaged.values
            ),
            is_known("storage_backend_health_is_known", "health_state", BackendHealth.values),
            is_known(
                "storage_backend_protection_is_known", "protection_state", BackendProtection.values
            ),
            holds("storage_backend_name_is_not_empty", ~Q(backend_name="")),
            is_unique(
                "storage_backend_address_is_unique",
                ("account", "management_ip"),
                "A storage backend with this address exists.",
                Q(management_ip__isnull=False),
            ),
        )
        indexes = listed("storage_backend")

    def __str__(self) -> str:
        return self.backend_name
