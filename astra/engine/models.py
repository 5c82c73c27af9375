"""What moves: the columns of a resource with stages, and its history."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from astra.accounts.constraints import holds, is_not_negative
from astra.accounts.models import Account, Resource
from astra.api.clock import real_now
from astra.database.domains import as_domains
from astra.engine.stages import Lifecycle

# Where a history ends.
DELETED = "deleted"


class Staged(Resource):
    """A resource that moves through stages by itself.

    Its fate is fixed when it is created (an action may rewrite it): the instants of its stages, the
    outcome and what comes with it. Settling only carries the fate out.
    """

    state = models.CharField(max_length=15, db_collation="C")
    transition_count = models.IntegerField(default=0)
    next_transition_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=15, null=True, blank=True, db_collation="C")
    outcome_reasons = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True


def state_field(lifecycle: Lifecycle) -> "models.CharField[str, str]":
    """Return the column of a kind that is as it should be where nothing else is said."""
    return models.CharField(
        max_length=15,
        choices=[(state, state.capitalize()) for state in lifecycle.states],
        default=lifecycle.success,
        db_collation="C",
    )


def staged_constraints(name: str, lifecycle: Lifecycle) -> tuple[models.BaseConstraint, ...]:
    """Return the named constraints that every staged table has."""
    return (
        holds(f"{name}_state_is_known", Q(state__in=lifecycle.states)),
        holds(f"{name}_outcome_is_final", Q(outcome=None) | Q(outcome__in=lifecycle.final)),
        holds(
            f"{name}_final_state_is_at_rest",
            Q(state__in=lifecycle.unfinished) | Q(next_transition_at=None),
        ),
        is_not_negative(f"{name}_transition_count_is_not_negative", "transition_count"),
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
    sequence = models.IntegerField()
    from_state = models.CharField(max_length=15, blank=True, db_collation="C")
    to_state = models.CharField(max_length=15, db_collation="C")
    reason = models.CharField(max_length=127, blank=True)
    at = models.DateTimeField(help_text="The account's instant.")
    recorded_at = models.DateTimeField(default=real_now, db_default=Now())

    class Meta:
        ordering = ("account", "kind", "resource_id", "sequence")
        constraints = as_domains(
            # the timeline of one resource; a step can be recorded only once. The column that tells
            # rows apart is compared first.
            models.UniqueConstraint(
                "resource_id", "kind", "sequence", "account", name="transition_is_recorded_once"
            ),
            is_not_negative("transition_sequence_is_not_negative", "sequence"),
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


class Pulse(models.Model):
    """When somebody last gave a sign of life, by the database's clock; see ``engine.pulse``."""

    name = models.TextField(primary_key=True, db_collation="C")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


def record_step(kind: str, resource: Staged, to_state: str, now: datetime) -> datetime:
    """Record a step at the account's instant, set state and `modified_at`; the caller saves these.

    Returns the instant recorded, see ``Described.modify``: no history goes back.
    """
    at = resource.modify(now)
    Transition.objects.create(
        account_id=resource.account_id,
        kind=kind,
        resource_id=resource.id,
        sequence=resource.transition_count,
        from_state=resource.state,
        to_state=to_state,
        at=at,
    )
    resource.state = to_state
    resource.transition_count += 1
    return at


def record_deletion(kind: str, resource: Staged, now: datetime) -> None:
    """Record that a resource was deleted at the account's instant; its history stays."""
    record_step(kind, resource, DELETED, now)
