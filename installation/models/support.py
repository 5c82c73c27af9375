"""AutoSupport bundles: what support wants to know of an installation."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known, listed
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from installation.lifecycle import ASUP


class UploadState(models.TextChoices):
    """`uploadState`."""

    PENDING = "pending"
    BLOCKED = "blocked"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class TriggerType(models.TextChoices):
    """`triggerType`."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"


class Asup(Staged):
    """An AutoSupport bundle; the ends of its window are kept as they were sent."""

    state = state_field(ASUP)
    state_details = models.JSONField(default=list, blank=True)
    upload = models.BooleanField(default=False)
    upload_state = models.CharField(
        max_length=9, null=True, blank=True, choices=UploadState.choices, db_collation="C"
    )
    upload_state_details = models.JSONField(default=list, blank=True)
    outcome_upload_state = models.CharField(
        max_length=9, null=True, blank=True, choices=UploadState.choices, db_collation="C"
    )
    outcome_upload_details = models.JSONField(default=list, blank=True)
    trigger_type = models.CharField(
        max_length=9, choices=TriggerType.choices, default=TriggerType.MANUAL, db_collation="C"
    )
    data_window_start = models.CharField(max_length=40, db_collation="C")
    data_window_end = models.CharField(max_length=40, db_collation="C")

    class Meta:
        verbose_name = "AutoSupport bundle"
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("asup", ASUP),
            is_known("asup_trigger_is_known", "trigger_type", TriggerType.values),
            holds(
                "asup_upload_state_is_known",
                Q(upload_state=None) | Q(upload_state__in=UploadState.values),
            ),
        )
        indexes = (
            due_index("asup_due"),
            *listed("asup"),
        )

    def __str__(self) -> str:
        return f"{self.data_window_start}"
