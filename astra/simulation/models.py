"""What the simulation keeps: the staged columns of a resource, its history, what was seeded."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from astra.accounts.models import NAME_MAX_LENGTH, Account, Resource
from astra.api.clock import real_now
from astra.api.dice import new_id
from astra.simulation.faults.models import FaultRule  # noqa: F401 (Django looks for models here)
from astra.simulation.journal.models import JournalEntry, JournalLoss  # noqa: F401 (as above)
from astra.simulation.stages import Lifecycle


class HookState(models.TextChoices):
    """`hookState` of snapshots and backups."""

    SUCCESS = "success"
    FAILED = "failed"


class Staged(Resource):
    """A resource that moves through stages by itself.

    Its fate is fixed when it is created (an action may rewrite it): the instants of its stages, the
    outcome and what comes with it. Settling only carries the fate out.
    """

    state = models.CharField(max_length=15, db_collation="C")
    transition_count = models.PositiveIntegerField(default=0)
    next_transition_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=15, null=True, blank=True, db_collation="C")
    outcome_reasons = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True


class Protection(Staged):
    """A staged resource that protects an app: it runs, has hooks, and says why it is not ready."""

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


def staged_constraints(name: str, lifecycle: Lifecycle) -> tuple[models.BaseConstraint, ...]:
    """Return the named constraints that every staged table has."""
    return (
        models.CheckConstraint(
            condition=Q(state__in=lifecycle.states), name=f"{name}_state_is_known"
        ),
        models.CheckConstraint(
            condition=Q(outcome=None) | Q(outcome__in=lifecycle.final),
            name=f"{name}_outcome_is_final",
        ),
        models.CheckConstraint(
            condition=Q(state__in=lifecycle.unfinished) | Q(next_transition_at=None),
            name=f"{name}_final_state_is_at_rest",
        ),
    )


def hook_constraint(name: str) -> models.BaseConstraint:
    """Return the named constraint on `hookState`."""
    return models.CheckConstraint(
        condition=Q(hook_state=None) | Q(hook_state__in=HookState.values),
        name=f"{name}_hook_state_is_known",
    )


def due_index(name: str) -> models.Index:
    """Return the index that answers 'what of this account is due, and when is the next'."""
    return models.Index(
        fields=("account", "next_transition_at"),
        name=name,
        condition=Q(next_transition_at__isnull=False),
    )


class Transition(models.Model):
    """One step in the history of a resource; it outlives the resource."""

    id = models.BigAutoField(primary_key=True)
    # No constraint in the database, which would look at the account's row once for each step. Whoever
    # writes steps holds the account, and deleting it takes them along.
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=31, db_collation="C")
    resource_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    from_state = models.CharField(max_length=15, blank=True, db_collation="C")
    to_state = models.CharField(max_length=15, db_collation="C")
    reason = models.CharField(max_length=127, blank=True)
    at = models.DateTimeField(help_text="The account's instant.")
    recorded_at = models.DateTimeField(default=real_now, db_default=Now())

    class Meta:
        ordering = ("account", "kind", "resource_id", "sequence")
        constraints = (
            # the timeline of one resource; a step can be recorded only once
            models.UniqueConstraint(
                "account", "kind", "resource_id", "sequence", name="transition_is_recorded_once"
            ),
        )
        indexes = (
            # what advanced in an account, newest first, and which states that led to (dashboard, admin)
            models.Index(
                fields=("account", "at", "id"),
                include=("kind", "to_state"),
                name="transition_by_instant",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.resource_id}: {self.from_state or '-'} -> {self.to_state}"


class SeededScenario(models.Model):
    """A scenario that was loaded into this database."""

    name = models.CharField(max_length=127, primary_key=True)
    seeded_at = models.DateTimeField(default=real_now)

    def __str__(self) -> str:
        return self.name


class Origin(models.Model):
    """What a throwaway account was made from: enough to make it again as it was."""

    account = models.OneToOneField(Account, on_delete=models.DO_NOTHING, primary_key=True)
    scenario = models.CharField(max_length=127)
    document = models.JSONField(help_text="The scenario, its parameters put in.")
    clock = models.JSONField(help_text="Mode, rate, and the instant it started at unless real.")
    token = models.JSONField(help_text="The owner's token: id and digest.")
    made_at = models.DateTimeField(default=real_now)

    def __str__(self) -> str:
        return f"{self.scenario} {self.account_id}"


class Checkpoint(models.Model):
    """The complete state of an account under a name; its rows are in parts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    format_version = models.PositiveIntegerField()
    service_version = models.CharField(max_length=31)
    at = models.DateTimeField(help_text="The account's instant when it was saved.")
    saved_at = models.DateTimeField(default=real_now)
    # {"backups.app": 3}: how many rows of each table
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ("saved_at", "id")
        constraints = (
            # a checkpoint by name; deleting an account with everything in it
            models.UniqueConstraint(
                fields=("account", "name"),
                name="checkpoint_name_is_unique",
                violation_error_message="A checkpoint with this name exists for the account.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="checkpoint_name_is_not_empty"),
        )

    def __str__(self) -> str:
        return self.name


class CheckpointPart(models.Model):
    """Some rows of one table, as a compressed JSON array: no state is in memory as a whole."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.DO_NOTHING, db_index=False)
    label = models.CharField(max_length=127, db_collation="C")
    number = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ("checkpoint", "label", "number")
        constraints = (
            # the parts of a table, in order
            models.UniqueConstraint(
                fields=("checkpoint", "label", "number"), name="checkpoint_part_is_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label} {self.number}"
