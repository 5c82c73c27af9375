"""What snapshots and backups have in common."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import holds, is_known
from astra.api import patterns
from astra.engine.models import Staged
from astra.engine.stages import Lifecycle
from backups.models.apps import App


class HookState(models.TextChoices):
    """`hookState` of snapshots and backups."""

    SUCCESS = "success"
    FAILED = "failed"


class Protection(Staged):
    """A staged resource that protects an app: it runs, has hooks, and says why it is not ready."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, db_index=False)
    name = models.CharField(max_length=patterns.DNS_LABEL_MAX_LENGTH, db_collation="C")
    schedule_id = models.UUIDField(null=True, blank=True)
    state_unready = models.JSONField(default=list, blank=True)
    hook_state = models.CharField(max_length=7, null=True, blank=True, choices=HookState.choices)
    hook_state_details = models.JSONField(default=list, blank=True)
    discovering_at = models.DateTimeField(null=True, blank=True)
    running_at = models.DateTimeField(null=True, blank=True)
    outcome_hook_state = models.CharField(
        max_length=7, default=HookState.SUCCESS, choices=HookState.choices
    )
    outcome_hook_details = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True


def hook_constraints(name: str) -> tuple[models.BaseConstraint, ...]:
    """Return the named constraints on `hookState`, as it is and as it is to be."""
    known = HookState.values
    return (
        holds(f"{name}_hook_state_is_known", Q(hook_state=None) | Q(hook_state__in=known)),
        is_known(f"{name}_outcome_hook_state_is_known", "outcome_hook_state", known),
    )


def kept_index(name: str, lifecycle: Lifecycle) -> models.Index:
    """Return the index that retention reads: what a schedule made and is finished, by age."""
    return models.Index(
        fields=("schedule_id", "created_at", "id"),
        name=name,
        condition=Q(schedule_id__isnull=False, state__in=lifecycle.final),
    )
