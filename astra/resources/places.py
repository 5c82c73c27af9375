"""Where a resource is: its paths, and the parents that they name.

A path such as `core/v1/users/{user_id}/tokens` says by itself whose tokens it has: the placeholder
names the kind of the parent, the parent's resource says which of its rows are there, and the foreign
key to its model says which rows are its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, ForeignKey, Model, QuerySet

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
    model: type[Model], place: Place, account_id: Any, ids: Mapping[str, Any]
) -> QuerySet[Any]:
    """Return the rows of a model that are at a place: none if a parent is not there.

    ``ids`` are those of the path, by placeholder; they and ``account_id`` may stand for values.
    """
    rows = model._default_manager.all()
    if not place.parents:
        return rows.filter(**{place.tenant: account_id})
    ways = _ways(model, place).items()
    # What is between them, their own query says.
    keys = {f"{way}__id": ids[each.id_name] for each, way in ways if "__" not in way}
    return rows.filter(*map(Exists, parents(place, account_id, ids)), **keys)


def parents(place: Place, account_id: Any, ids: Mapping[str, Any]) -> "Iterator[QuerySet[Any]]":
    """Yield a query of each parent that a place names, which must be below the one before it."""
    above: Resource | None = None
    for parent in _parents(place):
        rows = parent.by_key(ids[parent.id_name], account_id)
        if above is not None:
            way = relation(parent.model, above.model)
            rows = rows.filter(**{f"{way}__id__checked": ids[above.id_name]})
        yield rows
        above = parent


def of_instance(
    resource: "Resource", place: Place, account_id: Any, ids: Mapping[str, Any]
) -> QuerySet[Any]:
    """Return the rows among which the id of an instance at a place is looked for.

    By the id alone: what else must hold is checked of the row that is found.
    """
    model = resource.model
    conditions: dict[str, Any] = {
        f"{place.tenant}__checked": account_id,
        **{f"{name}__checked": value for name, value in resource.there.items()},
    }
    for parent, way in _ways(model, place).items():
        conditions[f"{way}__id__checked"] = ids[parent.id_name]
        conditions |= {f"{way}__{name}__checked": value for name, value in parent.there.items()}
    return model._default_manager.filter(**conditions)


def relation(model: type[Model], parent: type[Model]) -> str:
    """Return the name by which a row leads to its parents: a foreign key, or both have many.

    Raises ``LookupError``.
    """
    for field in model._meta.get_fields():
        if field.many_to_many and field.related_model is parent:
            return field.name
    return foreign_key(model, parent)


def is_key(model: type[Model], name: str) -> bool:
    """Tell whether a relation is a foreign key of the model."""
    return any(name == field.name for field in model._meta.concrete_fields)


def foreign_key(model: type[Model], parent: type[Model]) -> str:
    """Return the name of the foreign key of a model to another. Raises ``LookupError``."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model is parent:
            return field.name
    raise LookupError(f"{model.__name__} has no foreign key to {parent.__name__}")


def _ways(model: type[Model], place: Place) -> "dict[Resource, str]":
    """Return the way from a row to each parent that a place names.

    To the last one it is direct; to another too, if every row has that parent, else through the next.
    """
    ways: dict[Resource, str] = {}
    below: type[Model] = model
    way = ""
    for parent in reversed(_parents(place)):
        direct = next((each for each in _always(model) if each.related_model is parent.model), None)
        if direct is None:
            way = "__".join(filter(None, (way, relation(below, parent.model))))
        else:
            way = direct.name
        ways[parent] = way
        below = parent.model
    return ways


def _always(model: type[Model]) -> "Iterator[ForeignKey[Any, Any]]":
    """Yield the foreign keys that every row of a model has."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and not field.null:
            yield field


def _parents(place: Place) -> "list[Resource]":
    return [registry.resource(kind) for kind in place.parents]
