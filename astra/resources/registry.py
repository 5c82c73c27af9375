"""The resources that there are: each family's, registered when Django has loaded its models.

What must act on every resource derives from this list: URLs, the sections of scenarios, pages of the
admin site, the contract tests. The order is that of registration, families first to last.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Model

if TYPE_CHECKING:
    from astra.resources.resource import Resource

_resources: dict[str, "Resource"] = {}


def register(resource: "Resource") -> None:
    """Add a resource; a second one of the kind replaces the first."""
    _resources[resource.kind.name] = resource


def resources() -> Iterator["Resource"]:
    """Yield every resource."""
    yield from _resources.values()


def resource(kind: str) -> "Resource":
    """Return the resource of a kind, by its name; raises ``KeyError``."""
    return _resources[kind]


def resource_of(model: type[Model]) -> "Resource | None":
    """Return the resource whose rows are of a model, None if there is none."""
    return next((each for each in resources() if each.model is model), None)
