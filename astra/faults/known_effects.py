"""The constraint by which the database refuses a rule whose effect is not known.

Its list is what is registered, which no migration of this app can say: it is written anew after
`migrate` when it has changed.
"""

from typing import Any

from django.db import connections, transaction
from django.db.models.signals import post_migrate

from astra.faults.effects.registered import EFFECTS

NAME = "fault_rule_effect_is_known"
TABLE = "faults_faultrule"
# The comment on the constraint is the list that it was written with; no row: no table.
READ = f"""
    SELECT obj_description(written.oid, 'pg_constraint')
    FROM pg_class AS tables
    LEFT JOIN pg_constraint AS written ON written.conrelid = tables.oid AND written.conname = '{NAME}'
    WHERE tables.oid = to_regclass('{TABLE}')"""


def write_constraint(*, using: str = "default", **sent: Any) -> None:
    """Write the constraint, unless it is there with today's list."""
    names = ", ".join(sorted(EFFECTS))
    literals = ", ".join(f"'{name}'" for name in sorted(EFFECTS))
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(READ)
        if cursor.fetchone() in (None, (names,)):
            return
        cursor.execute(
            f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME},"
            f" ADD CONSTRAINT {NAME} CHECK (effect IN ({literals}))"
        )
        cursor.execute(f"COMMENT ON CONSTRAINT {NAME} ON {TABLE} IS '{names}'")


def keep_constraint(config: Any) -> None:
    """Have it written after this app's migrations."""
    post_migrate.connect(write_constraint, sender=config, dispatch_uid=NAME)
