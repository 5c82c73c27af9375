"""Constraints and indexes that several tables have."""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q

from astra.api import patterns


def is_known(name: str, column: str, values: Sequence[str]) -> models.CheckConstraint:
    """Return the constraint that a column has one of the values."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)


def is_dns_label(name: str) -> models.CheckConstraint:
    """Return the constraint that the name is a DNS label."""
    return models.CheckConstraint(condition=Q(name__regex=patterns.DNS_LABEL), name=name)


def is_unique_in_app(name: str, message: str) -> models.UniqueConstraint:
    """Return the constraint that no two rows of an app have one name."""
    return models.UniqueConstraint(
        fields=("app", "name"), name=name, violation_error_message=message
    )


def index_where_set(name: str, column: str, fields: Sequence[str] = ()) -> models.Index:
    """Return the index, of a column or of ``fields``, over the rows that have the column."""
    return models.Index(
        fields=fields or (column,), name=name, condition=Q(**{f"{column}__isnull": False})
    )
