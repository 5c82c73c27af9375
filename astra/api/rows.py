"""Model instances from rows of hand-written SQL."""

import functools
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)
_Reading: TypeAlias = "tuple[tuple[str, ...], tuple[tuple[int, Field[Any, Any]], ...]]"


@functools.cache
def column_list(model: type[Model], alias: str) -> str:
    """Return the model's columns, qualified by the alias, in the order ``instance`` reads them."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any]) -> M:
    """Return the model instance of one row's values, as selected by ``column_list``."""
    names, converters = _reading(model)
    converted = list(values)
    for index, field in converters:
        converted[index] = field.from_db_value(converted[index], None, connection)  # type: ignore[attr-defined]
    return model.from_db(connection.alias, names, converted)


@functools.cache
def _reading(model: type[Model]) -> _Reading:
    fields = model._meta.concrete_fields
    names = tuple(field.attname for field in fields)
    return names, tuple(
        (index, field) for index, field in enumerate(fields) if hasattr(field, "from_db_value")
    )
