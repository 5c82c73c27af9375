"""The named constraints and indexes that tables of several apps have."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import Q

from astra.api import patterns


def holds(name: str, condition: Q, message: str | None = None) -> models.CheckConstraint:
    """Return the constraint that a condition holds; ``message``: what is said when it does not."""
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)


def is_known(name: str, column: str, values: Sequence[str]) -> models.CheckConstraint:
    """Return the constraint that a column has one of the values."""
    return holds(name, Q(**{f"{column}__in": values}))


def is_not_negative(name: str, column: str) -> models.CheckConstraint:
    """Return the constraint that a column is 0 or more."""
    return holds(name, Q(**{f"{column}__gte": 0}))


def is_dns_label(name: str) -> models.CheckConstraint:
    """Return the constraint that the name is a DNS label."""
    return holds(name, Q(name__regex=patterns.DNS_LABEL))


def is_unique(
    name: str, fields: Sequence[str], message: str, condition: Q | None = None
) -> models.UniqueConstraint:
    """Return the constraint that no two rows, of those that fulfil ``condition``, agree in fields."""
    return models.UniqueConstraint(
        fields=fields, name=name, condition=condition, violation_error_message=message
    )


def by_creation(name: str, parent: str = "account") -> models.Index:
    """Return the index that serves a collection below a parent in the default order."""
    return models.Index(fields=(parent, "created_at", "id"), name=name)


def where_set(name: str, column: str, fields: Sequence[str] = ()) -> models.Index:
    """Return the index, of a column or of ``fields``, over the rows that have the column."""
    return models.Index(
        fields=fields or (column,), name=name, condition=Q(**{f"{column}__isnull": False})
    )


def by_label(name: str) -> GinIndex:
    """Return the index that serves `filter` on labels with `eq` and `in`."""
    return GinIndex(fields=["labels"], name=name, opclasses=["jsonb_path_ops"])


def listed(name: str, parent: str = "account") -> tuple[models.Index, models.Index]:
    """Return what every table of a resource has: what serves its collection, and `filter` on labels."""
    return by_creation(f"{name}_by_creation", parent), by_label(f"{name}_by_label")


def most_counted(column: "models.Field[Any, Any]") -> int:
    """Return how much may be brought into an integer column that is added to: half of what it holds.

    So there is room for what comes later, whether a checkpoint brings it or a scenario.
    """
    _, most = connection.ops.integer_field_range(column.get_internal_type())
    assert most is not None
    return most // 2
