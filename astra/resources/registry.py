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
_families: dict[str, str] = {}


def register(resource: "Resource", family: str = "") -> None:
    """Add a resource of a family; a second one of the kind replaces the first."""
    _resources[resource.kind.name] = resource
    _families[resource.kind.name] = family


def forget(resource: "Resource") -> None:
    """Remove a resource that was added (tests)."""
    _resources.pop(resource.kind.name, None)


def resources(family: str | None = None) -> Iterator["Resource"]:
    """Yield every resource, or those of a family."""
    for name, each in _resources.items():
        if family is None or _families[name] == family:
            yield each


def resource(kind: str) -> "Resource":
    """Return the resource of a kind, by its name; raises ``KeyError``."""
    return _resources[kind]


def resource_of(model: type[Model]) -> "Resource | None":
    """Return the resource whose rows are of a model, None if there is none."""
    return next((each for each in resources() if each.model is model), None)
