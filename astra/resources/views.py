"""The views of a resource, one pair for each of its paths, and their URLs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Exists, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from astra.accounts.callers import Scope
from astra.accounts.models import Role
from astra.api.collections import CollectionView
from astra.api.instances import InstanceView, refuse_changes
from astra.api.problems import NOT_PERMITTED, ApiProblem
from astra.api.resources import article
from astra.api.views import READS, ApiView
from astra.resources import places, registry
from astra.resources.actions import create_row, delete_row, replace_row
from astra.resources.places import Place
from astra.resources.reach import as_reached, narrowed
from astra.resources.resource import CREATE, DELETE, LIST, REPLACE, RETRIEVE, Resource

BELOW_ACCOUNT = "accounts/<str:account_id>/"


class ResourceView(ApiView):
    """What the views of a resource share; ``place`` is the path that they are at."""

    resource: ClassVar[Resource]
    place: ClassVar[Place]

    def represent(self, row: Any, now: datetime) -> Mapping[str, Any]:
        """Return the JSON of a row at the account's instant."""
        return self.resource.members.represent(row, now)

    def rows(self) -> QuerySet[Any]:
        """Return the rows at the path that the caller sees."""
        return self.rows_within(self.caller.reads)

    def rows_within(self, scope: Scope | None) -> QuerySet[Any]:
        """Return the rows at the path that a scope reaches, none of a parent that it does not."""
        rows = super().rows()
        if scope is None:
            return rows
        rows = self.resource.members.with_derived(narrowed(self.resource, rows, scope), scope)
        return rows.filter(*map(Exists, self.parents_within(scope)))

    def parents_within(self, scope: Scope | None) -> Iterator[QuerySet[Any]]:
        """Yield a query of each parent that the path names, as far as a scope reaches."""
        queries = places.parents(self.place, self.caller.account_id, self.ids)
        for kind, rows in zip(self.place.parents, queries, strict=True):
            yield narrowed(registry.resource(kind), rows, scope)

    def is_named(self, scope: Scope | None) -> bool:
        """Tell whether a scope reaches what the path names."""
        return all(rows.exists() for rows in self.parents_within(scope))

    def _check_role(self, request: HttpRequest) -> None:
        if self.resource.own_users_write and self.ids["user_id"] == self.caller.user_id:
            return
        super()._check_role(request)
        caller = self.caller
        if request.method in READS or self.write_role == Role.VIEWER:
            return
        # Of what is not even seen, the operation's 404 is said.
        is_narrower = caller.writes != caller.reads and self.is_named(caller.reads)
        if is_narrower and not self.is_named(caller.writes):
            raise ApiProblem(NOT_PERMITTED)

    def body(self) -> Any:
        """Return the parsed JSON body, where null means absent without its optional nulls."""
        sent = super().body()
        if not (self.resource.members.null_is_absent and isinstance(sent, dict)):
            return sent
        known = self.bodies[self.request.method].shared().fields
        return {
            name: value
            for name, value in sent.items()
            if value is not None or name not in known or known[name].required
        }


class ResourceCollection(ResourceView, CollectionView):
    """A collection: GET lists it, POST adds to it."""

    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows of the collection."""
        rows = places.of_collection(cls.resource.model, cls.place, account_id, ids)
        return cls.resource.members.with_derived(rows.filter(**cls.resource.there))

    def check_parents(self) -> None:
        """Raise the operation's 404 if a parent that the path names is not there."""
        if not self.is_named(self.caller.reads):
            raise self.not_found()

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Create an instance: 201 with it."""
        body = as_reached(self.resource, self.caller, self.parse(self.body()))
        parents = [f"{kind}_id" for kind in self.place.parents]
        if len(parents) > 1 or self.sees_some:
            # The action looks for the last of them alone, whoever calls.
            self.check_parents()
        row = create_row(
            self.resource,
            caller=self.caller,
            body=body,
            parent_ids={name: self.ids[name] for name in parents[-1:]},
        )
        return self.created(self.represent(row, row.created_at))


class ResourceInstance(ResourceView, InstanceView):
    """An instance: GET retrieves it, PUT replaces it, DELETE deletes it."""

    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows among which the id is looked for."""
        rows = places.of_instance(cls.resource, cls.place, account_id, ids)
        return cls.resource.members.with_derived(rows)

    def put(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Replace the instance: 204, or 200 with it."""
        sent = self.body()
        body = self.parse(sent)
        with self.resource.guarding(self.caller) as guard, self.replacing() as (row, document):
            body = as_reached(self.resource, self.caller, body, row)
            refuse_changes(sent, document, mutable=self.mutable(row, body))
            guard.replace(row, body)
            self.replace(row, body)
        if not self.replace_shows:
            return self.nothing()
        # What the database works out is asked for anew.
        shown = self.rows().get(id=row.id) if self.resource.members.derived else row
        return self.found(self.represent(shown, row.modified_at))

    def is_named(self, scope: Scope | None) -> bool:
        """Tell whether a scope reaches the instance."""
        return self.rows_within(scope).filter(id=self.ids[self.id_name]).exists()

    def mutable(self, row: Any, body: Mapping[str, Any]) -> frozenset[str]:
        """Return the members that a validated body may change of a row."""
        return self.resource.members.mutable

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Change the locked row."""
        replace_row(self.resource, caller=self.caller, row=row, body=body)

    def delete(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Delete the instance: 204."""
        rows = self.rows().filter(id=self.ids[self.id_name])
        if not self.delete_one(rows):
            raise self.not_found()
        return self.nothing()

    def delete_one(self, rows: QuerySet[Any]) -> bool:
        """Delete the one row that the query finds; return whether there was one."""
        return delete_row(self.resource, rows, caller=self.caller)


def urls_of_resources() -> list[URLPattern | URLResolver]:
    """Return the URLs of every resource, in their order; those below the account come first."""
    at = [(each, place) for each in registry.resources() for place in each.places]
    below = [url for each, place in at if not place.is_top for url in _urls_at(each, place)]
    top = [url for each, place in at if place.is_top for url in _urls_at(each, place)]
    return [path(BELOW_ACCOUNT, include(below)), *top]


def _urls_at(resource: Resource, place: Place) -> Iterator[URLPattern]:
    collection, instance = views_at(resource, place)
    yield path(place.route, collection.as_view())
    yield path(f"{place.route}/<str:{resource.id_name}>", instance.as_view())


def views_at(
    resource: Resource, place: Place
) -> tuple[type[ResourceCollection], type[ResourceInstance]]:
    """Return the views of the collection and of an instance at one of the resource's paths."""
    common = {
        "resource": resource,
        "place": place,
        "kind": resource.kind,
        "shape": resource.members.shape,
        "new_shape": resource.members.new_shape,
        "columns": resource.members.columns,
        "write_role": resource.write_role,
    }
    collection: dict[str, Any] = {
        **common,
        **_by_method(resource, {"GET": LIST, "POST": CREATE}),
        "__doc__": _about(resource, place, resource.collection),
        "bodies": {"POST": resource.members.create_body} if "POST" in place.methods else {},
        "filters": resource.members.filters,
        "proves": frozenset({*READS, "POST"} if resource.create_proves else READS),
        "published_parameters": resource.published_parameters,
        "http_method_names": _names(place.methods & {"GET", "POST"}),
    }
    instance: dict[str, Any] = {
        **common,
        **_by_method(resource, {"GET": RETRIEVE, "PUT": REPLACE, "DELETE": DELETE}),
        "__doc__": f"One {resource.kind.name}.",
        "id_name": resource.id_name,
        "bodies": {"PUT": resource.members.replace_body} if "PUT" in place.methods else {},
        "replace_shows": resource.replace_shows,
        "http_method_names": _names(place.methods - {"POST"}),
    }
    name = resource.kind.class_name
    return (
        type(f"{name}Collection", (resource.collection or ResourceCollection,), collection),
        type(f"{name}Instance", (resource.instance or ResourceInstance,), instance),
    )


def _by_method(resource: Resource, operations: Mapping[str, str]) -> dict[str, Any]:
    """Return what the resource says of its operations, by the method that a view has for each."""
    return {
        attribute: {
            method: said[operation] for method, operation in operations.items() if operation in said
        }
        for attribute, said in (
            ("failures", resource.failures),
            ("misses", resource.misses),
            ("refusals", resource.refused),
            ("simplified", resource.simplified),
            ("headers_read", resource.headers),
        )
    }


def _names(methods: frozenset[str]) -> list[str]:
    offered = [name for name in ApiView.http_method_names if name.upper() in methods]
    return [*offered, "head"] if "GET" in methods else offered


def _about(resource: Resource, place: Place, own: type | None) -> str:
    if own is not None and own.__doc__:
        return own.__doc__
    if place.is_top:
        return f"The {resource.kind.plural} that the caller may see."
    if not place.parents:
        return f"The {resource.kind.plural} of the account."
    parent = place.parents[-1]
    return f"The {resource.kind.plural} of {article(parent)} {parent}."
