"""Whether an account could have come to be what a checkpoint says it is.

Types, constraints and foreign keys the database holds. What else no call and no stage could have made
is looked for here, before a file is stored as a checkpoint: it would fail only later, at the first
call or the first move of the clock.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import DateTimeField, Field, FloatField, IntegerField

from astra.accounts.belongings import Belonging, state_belongings
from astra.accounts.constraints import most_counted
from astra.api.statements import fetch
from astra.engine.consistency import impossible_fates
from astra.faults.actions import impossible_rules
from astra.isolation.formats import CheckpointError

# Yields what is impossible in an account, each in a line of its own.
StateCheck = Callable[[uuid.UUID], Iterator[str]]

# What the layers above know of their rows.
_checks: dict[StateCheck, None] = {}


def register_check(check: StateCheck) -> None:
    """Add what is asked before a checkpoint is imported."""
    _checks[check] = None


def check_state(account_id: uuid.UUID) -> None:
    """Raise ``CheckpointError`` for the first thing that the account could not have come to."""
    for check in (_unreadable, impossible_fates, impossible_rules, *_checks):
        for reason in check(account_id):
            raise CheckpointError(f"It says what cannot be: {reason}")


def _unreadable(account_id: uuid.UUID) -> Iterator[str]:
    """Yield the tables with values that PostgreSQL has and nobody else, or that nothing can add to."""
    for item in state_belongings():
        conditions = " OR ".join(_beyond(item))
        if not conditions:
            continue
        statement = (
            f"SELECT 1 FROM {item.table} WHERE {item.column} = %s AND ({conditions}) LIMIT 1"
        )
        if fetch(statement, [account_id]):
            yield f"{item.label}: an instant or a number that is beyond all measure."


def _beyond(item: Belonging) -> Iterator[str]:
    for field in item.model._meta.concrete_fields:
        if isinstance(field, DateTimeField):
            yield f"\"{field.column}\" NOT BETWEEN '0001-01-02Z' AND '9999-01-01Z'"
        elif isinstance(field, FloatField):
            yield f'"{field.column}" NOT BETWEEN -1e300 AND 1e300'
        elif _is_count(field):
            yield f'"{field.column}" > {most_counted(field)}'


def _is_count(field: "Field[Any, Any]") -> bool:
    """Tell whether a column begins at nought and is added to; a seed only begins there."""
    return isinstance(field, IntegerField) and field.default == 0 and field.column != "seed"
