"""What belongs to an account: every table with rows of one, parents first.

Reset, deletion, saving and restoring are written once, over this list. Each app registers its models
when it is ready; a test finds the model that is missing. The order follows from the foreign keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from django.db.models import AutoField, ForeignKey, Model


@dataclass(frozen=True, eq=False)
class Belonging:
    """A table with rows of accounts.

    ``column`` says whose a row is. ``is_state``: its rows are part of what a checkpoint saves and
    restores; the others are records about the account, and stay. ``survives_reset``: they stay then
    too. ``listed_as``: the member under which a new account lists its rows by id and name, those
    with ``listed_if``. A primary key that the database counts up is not saved: restored rows get new
    ones, in the same order, so nothing may refer to them.
    """

    model: type[Model]
    column: str = "account_id"
    is_state: bool = True
    survives_reset: bool = False
    listed_as: str = ""
    listed_if: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def label(self) -> str:
        """What the table is called in checkpoints."""
        return self.model._meta.label_lower

    @cached_property
    def table(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def key(self) -> str:
        return str(self.model._meta.pk.column)

    @cached_property
    def counted_key(self) -> str | None:
        """The primary key that the database counts up, None where rows have ids of their own."""
        return self.key if isinstance(self.model._meta.pk, AutoField) else None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that make up a row, without a counted key."""
        columns = (str(item.column) for item in self.model._meta.concrete_fields)
        return tuple(column for column in columns if column != self.counted_key)

    @cached_property
    def parents(self) -> Mapping[str, type[Model]]:
        """The models that its foreign keys refer to, by column."""
        return {
            item.column: item.remote_field.model
            for item in self.model._meta.concrete_fields
            if isinstance(item, ForeignKey)
        }


_belongings: dict[str, Belonging] = {}


def register_belongings(*belongings: Belonging) -> None:
    """Add tables; a second registration of a model replaces the first."""
    for belonging in belongings:
        _belongings[belonging.label] = belonging


def suggest_belonging(belonging: Belonging) -> None:
    """Add a table unless its model is registered."""
    _belongings.setdefault(belonging.label, belonging)


def belongings() -> Sequence[Belonging]:
    """Return the registered tables, parents first: the account's own is the first of all."""
    registered = {item.model: item for _, item in sorted(_belongings.items())}
    parents = {
        model: [each for each in item.parents.values() if each in registered and each != model]
        for model, item in registered.items()
    }
    return tuple(registered[model] for model in TopologicalSorter(parents).static_order())


def state_belongings() -> Iterator[Belonging]:
    """Yield the tables that make up an account's state, parents first."""
    return (item for item in belongings() if item.is_state)


def belonging(label: str) -> Belonging:
    """Return the table of that label; raises ``KeyError``."""
    return _belongings[label]
