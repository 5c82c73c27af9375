"""What the engine acts on: each app registers its resources when it is ready.

The engine may not import the resources that it advances; a registration tells it the model, the
lifecycle, and the place in the order.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from astra.engine.stages import Lifecycle

# In ``ended_as``.
ANY_BEGINNING = "*"


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A staged resource. ``order``: parents before children.

    ``after_settling_sql``: further named steps of a statement that moves rows, which may read of
    `settled` its `state`, its `from_state`, and what ``settled_columns`` names beside.
    ``after_settling`` is called with the account, in the same transaction, once rows have moved.
    ``ended_as``: what has ended once a row has reached an end, as webhooks call it, by the state that it
    set out from, or ``ANY_BEGINNING``; without a name nobody is told.
    ``target``: what of a row has overrides of delays (`stage_delays`, `immediate_kinds`) nearer than its
    account's.
    """

    model: type[Model]
    lifecycle: Lifecycle
    order: int
    after_settling_sql: str = ""
    settled_columns: tuple[str, ...] = ()
    after_settling: Callable[[uuid.UUID], None] | None = None
    ended_as: Mapping[str, str] = field(default_factory=dict)
    target: Callable[[Any], Any] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table


_registrations: dict[str, Registration] = {}


def register(registration: Registration) -> None:
    """Add a resource; a second registration of the kind replaces the first."""
    _registrations[registration.lifecycle.kind] = registration


def registrations() -> Iterator[Registration]:
    """Yield the registered resources, parents first."""
    yield from sorted(_registrations.values(), key=lambda item: (item.order, item.lifecycle.kind))


def registration(kind: str) -> Registration:
    """Return the registration of a kind; raises ``KeyError``."""
    return _registrations[kind]
