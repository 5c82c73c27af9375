"""Model instances from rows of hand-written SQL."""

import functools
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)
_Reading: TypeAlias = "tuple[tuple[str, ...], tuple[tuple[int, Field[Any, Any]], ...]]"


@functools.cache
def column_list(model: type[Model], alias: str, names: tuple[str, ...] | None = None) -> str:
    """Return the model's columns, qualified by the alias, in the order ``instance`` reads them.

    ``names``: only those of these attributes.
    """
    return ", ".join(f"{alias}.{field.column}" for field in _fields(model, names))


def instance(model: type[M], values: Sequence[Any], names: tuple[str, ...] | None = None) -> M:
    """Return the model instance of one row's values, as selected by ``column_list``.

    An attribute that is not among ``names`` is fetched when it is read.
    """
    attributes, converters = _reading(model, names)
    converted = list(values)
    for index, field in converters:
        converted[index] = field.from_db_value(converted[index], None, connection)  # type: ignore[attr-defined]
    return model.from_db(connection.alias, attributes, converted)


@functools.cache
def _reading(model: type[Model], names: tuple[str, ...] | None) -> _Reading:
    fields = _fields(model, names)
    return tuple(field.attname for field in fields), tuple(
        (index, field) for index, field in enumerate(fields) if hasattr(field, "from_db_value")
    )


def _fields(model: type[Model], names: tuple[str, ...] | None) -> list[Field[Any, Any]]:
    fields = model._meta.concrete_fields
    return [field for field in fields if names is None or field.attname in names]
