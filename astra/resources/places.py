"""Where a resource is: its paths, and the parents that they name.

A path such as `core/v1/users/{user_id}/tokens` says by itself whose tokens it has: the placeholder
names the kind of the parent, the parent's resource says which of its rows are there, and the foreign
key to its model says which rows are its own.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import ForeignKey, Model, QuerySet

from astra.resources import registry

if TYPE_CHECKING:
    from astra.resources.resource import Resource

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_PLACEHOLDER = re.compile(r"\{(\w+)_id\}")


@dataclass(frozen=True, slots=True)
class Place:
    """A path of a collection below the account. ``methods``: those that are offered only here.

    ``is_top``: the path is not below the account but that of accounts themselves.
    """

    path: str
    methods: frozenset[str] = METHODS
    is_top: bool = False

    @property
    def parents(self) -> tuple[str, ...]:
        """The kinds of the parents that the path names, outermost first."""
        return tuple(_PLACEHOLDER.findall(self.path))

    @property
    def tenant(self) -> str:
        """The column that says whose a row is."""
        return "id" if self.is_top else "account_id"

    @property
    def route(self) -> str:
        """The path as Django writes it."""
        return self.path.replace("{", "<str:").replace("}", ">")


def of_collection(
    model: type[Model], place: Place, account_id: uuid.UUID, ids: Mapping[str, uuid.UUID]
) -> QuerySet[Any] | None:
    """Return the rows of a model that are at a place; None when a parent is not there.

    ``ids`` are those of the path, by placeholder.
    """
    if not place.parents:
        return _rows(model).filter(**{place.tenant: account_id})
    for kind in place.parents:
        found = registry.resource(kind).by_key(ids[f"{kind}_id"], account_id)
        if not found.exists():
            return None
    return _rows(model).filter(**_keys(model, place, ids))


def of_instance(
    resource: "Resource", place: Place, account_id: uuid.UUID, ids: Mapping[str, uuid.UUID]
) -> QuerySet[Any]:
    """Return the rows among which the id of an instance at a place is looked for.

    By the id alone: what else must hold is checked of the row that is found.
    """
    model = resource.model
    conditions: dict[str, Any] = {
        f"{place.tenant}__checked": account_id,
        **{f"{name}__checked": value for name, value in resource.there.items()},
    }
    for kind, parent in _parents(place):
        key = foreign_key(model, parent)
        conditions[f"{key}__checked"] = ids[f"{kind}_id"]
        conditions |= {f"{key}__{name}__checked": value for name, value in _there(kind).items()}
    return _rows(model).filter(**conditions)


def foreign_key(model: type[Model], parent: type[Model]) -> str:
    """Return the name of the foreign key of a model to another. Raises ``LookupError``."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model is parent:
            return field.name
    raise LookupError(f"{model.__name__} has no foreign key to {parent.__name__}")


def _parents(place: Place) -> Iterator[tuple[str, type[Model]]]:
    return ((kind, registry.resource(kind).model) for kind in place.parents)


def _there(kind: str) -> Mapping[str, Any]:
    return registry.resource(kind).there


def _keys(model: type[Model], place: Place, ids: Mapping[str, uuid.UUID]) -> dict[str, uuid.UUID]:
    return {
        f"{foreign_key(model, parent)}_id": ids[f"{kind}_id"] for kind, parent in _parents(place)
    }


def _rows(model: type[Model]) -> QuerySet[Any]:
    return model._default_manager.all()
