"""What a rule may be about beside what every call has: criteria, registered by the families.

Each is a member of `match` that has the id of a resource. The rule then matches what is about that:
a call on it or below it, a row that refers to it, a creation that will.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Call:
    """A call, as criteria see it.

    ``ids``: those of its path. ``row``: the addressed one, None if there is none. ``sent``: the
    members of the body that makes a resource.
    """

    ids: Mapping[str, Any]
    row: Any = None
    sent: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A kind of thing that calls and creations are about; ``of_call`` says which one a call is.

    ``model``: of the resource, by which the admin site lets people find one.
    """

    name: str
    of_call: Callable[[Call], uuid.UUID | None]
    model: type[Model] | None = None


_criteria: dict[str, Criterion] = {}


def register_criteria(*criteria: Criterion) -> None:
    """Add criteria; a second one of a name replaces the first."""
    for criterion in criteria:
        _criteria[criterion.name] = criterion


def criterion_names() -> tuple[str, ...]:
    """Return the members of `match` that are registered, in order."""
    return tuple(_criteria)


def criterion(name: str) -> Criterion:
    """Return the criterion of that name; raises ``KeyError``."""
    return _criteria[name]


def subjects_of(call: Call) -> dict[str, uuid.UUID | None]:
    """Return what a call is about, by the names of the criteria."""
    return {name: criterion.of_call(call) for name, criterion in _criteria.items()}
