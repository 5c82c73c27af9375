"""Fault rules: what they match, what they do, and how often they were asked and acted."""

from typing import Any

from django.db import connections, models, transaction
from django.db.models import F, Q
from django.db.models.signals import post_migrate

from astra.accounts.constraints import holds
from astra.accounts.models import Account
from astra.api.dice import new_id
from astra.faults.effects.registered import EFFECTS

NAME_MAX_LENGTH = 63
PATTERN_MAX_LENGTH = 255
METHODS = ("GET", "POST", "PUT", "DELETE")


class FaultRule(models.Model):
    """One rule of an account.

    ``seen`` counts the matches that the rule was asked about, ``hits`` those on which it acted.
    In the order of ``position`` they are asked: the first rule that acts decides.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=NAME_MAX_LENGTH, null=True, blank=True)
    operation = models.CharField(max_length=63, null=True, blank=True, db_collation="C")
    method = models.CharField(max_length=7, null=True, blank=True, db_collation="C")
    path_pattern = models.CharField(max_length=PATTERN_MAX_LENGTH, null=True, blank=True)
    about = models.JSONField(
        default=dict, blank=True, help_text="Ids by the names of registered criteria."
    )
    name_pattern = models.CharField(max_length=PATTERN_MAX_LENGTH, null=True, blank=True)
    every = models.PositiveIntegerField(null=True, blank=True)
    next_count = models.PositiveIntegerField(null=True, blank=True)
    probability = models.FloatField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="The account's instant.")
    # Which names it may have, `KNOWN_EFFECTS` says.
    effect = models.CharField(max_length=31, db_collation="C")
    parameters = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(default=True, db_default=True)
    seen = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(help_text="The account's instant.")

    class Meta:
        ordering = ("account", "position")
        constraints = (
            # the rules of an account in order
            models.UniqueConstraint("account", "position", name="fault_rule_position_is_unique"),
            holds("fault_rule_method_is_known", Q(method=None) | Q(method__in=METHODS)),
            holds("fault_rule_every_is_positive", Q(every=None) | Q(every__gte=1)),
            holds("fault_rule_next_is_positive", Q(next_count=None) | Q(next_count__gte=1)),
            holds(
                "fault_rule_probability_is_fraction",
                Q(probability=None) | Q(probability__gte=0, probability__lte=1),
            ),
            holds(
                "fault_rule_acts_at_most_next_times",
                Q(next_count=None) | Q(hits__lte=F("next_count")),
            ),
            holds("fault_rule_acts_only_when_asked", Q(hits__lte=F("seen"))),
        )

    def __str__(self) -> str:
        return self.name or f"{self.effect} {self.id}"


# The constraint by which the database refuses a rule whose effect is not known. Its list is what is
# registered, which no migration of this app can say: it is written anew after `migrate` when it has
# changed.
KNOWN_EFFECTS = "fault_rule_effect_is_known"
_TABLE = FaultRule._meta.db_table
# The comment on the constraint is the list that it was written with; no row: no table.
READ = f"""
    SELECT obj_description(written.oid, 'pg_constraint')
    FROM pg_class AS tables
    LEFT JOIN pg_constraint AS written
        ON written.conrelid = tables.oid AND written.conname = '{KNOWN_EFFECTS}'
    WHERE tables.oid = to_regclass('{_TABLE}')"""


def write_constraint(*, using: str = "default", **sent: Any) -> None:
    """Write the constraint, unless it is there with today's list."""
    names = ", ".join(sorted(EFFECTS))
    literals = ", ".join(f"'{name}'" for name in sorted(EFFECTS))
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(READ)
        if cursor.fetchone() in (None, (names,)):
            return
        cursor.execute(
            f"ALTER TABLE {_TABLE} DROP CONSTRAINT IF EXISTS {KNOWN_EFFECTS},"
            f" ADD CONSTRAINT {KNOWN_EFFECTS} CHECK (effect IN ({literals}))"
        )
        cursor.execute(f"COMMENT ON CONSTRAINT {KNOWN_EFFECTS} ON {_TABLE} IS '{names}'")


def keep_constraint(config: Any) -> None:
    """Have it written after this app's migrations."""
    post_migrate.connect(write_constraint, sender=config, dispatch_uid=KNOWN_EFFECTS)
