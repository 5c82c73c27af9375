"""The contract of a resource as its declaration has it: for those without a test class of their own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from astra.accounts.models import Described
from astra.api.problems import RESOURCE_NOT_FOUND
from astra.apidocs.shapes import example_of
from astra.resources import registry
from astra.resources.members import ABSENT, REQUIRED, Choice
from astra.resources.places import Place
from astra.resources.resource import REPLACE
from astra.resources.resource import Resource as Declaration
from backups.models import App
from tests import samples, world
from tests.conftest import number
from tests.contract import NO_IDENTIFIERS, QUERY_COUNTS, Lists, Resource, Retrieves
from tests.contract_writes import ABSENT as LEFT_OUT
from tests.contract_writes import Creates, Deletes, Refused, Replaces, changed


class Declared(Resource):
    """What the contract needs to know, read off the declaration."""

    declaration: ClassVar[Declaration]
    place: ClassVar[Place]

    def parent_rows(self) -> dict[str, Any]:
        """Return the rows of the path's parents in the world, made once for each test."""
        made: dict[str, Any] = self.__dict__.setdefault("_parents", {})
        for kind in self.place.parents:
            if kind == "app":
                made[kind] = self.app
            elif kind not in made:
                made[kind] = samples.make(registry.resource(kind), self.account, {"app": self.app})
        if {"app", "managedCluster"} <= made.keys():
            App.objects.filter(id=self.app.id).update(cluster=made["managedCluster"])
            self.app.cluster = made["managedCluster"]
        return made

    def assert_statements(self, operation: str, method: str, url: str, body: Any = None) -> None:
        """Compare with the reviewed number, else with what a resource of this shape usually takes."""
        if f"{operation} {self.path}" in QUERY_COUNTS:
            super().assert_statements(operation, method, url, body)
            return
        parents = len(self.place.parents)
        usual = {
            "list": 2,
            "retrieve": 2,
            "create": 3 + parents,
            "replace": 3,
            "delete": 2,
        }
        counted = self.statements(method, url, body)
        assert counted == usual[operation], f'"{operation} {self.path}": {counted},'

    def parents(self) -> dict[str, Any]:
        return {f"{kind}_id": row.id for kind, row in self.parent_rows().items()}

    def make(self, **values: Any) -> Described:
        rows = {"app": self.app, **self.parent_rows()}
        return samples.make(self.declaration, self.account, rows, **values)

    def make_elsewhere(self) -> Described:
        mine = self.__dict__.pop("_parents", {})
        made = super().make_elsewhere()
        self.__dict__["_parents"] = mine
        return made

    def let_go(self) -> None:
        if self.declaration.begin_delete is not None:
            world.advance(self.account, 60)

    def body(self) -> dict[str, Any]:
        return samples.body(self.declaration, self.account)

    def replacement(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return a body with the changes; beside them it says what it must, as it is."""
        members = self.declaration.members
        said = example_of(members.replace_body) | example_of(members.shape)
        needed = {
            member.name: said[member.name]
            for member in self.declaration.members.members
            if member.replace is REQUIRED
        }
        return changed(super().replacement(needed), changes)  # type: ignore[misc]


class BelowParents(Declared):
    """The collection of a parent, which must be there."""

    def test_a_parent_that_is_not_there_has_no_collection(self) -> None:
        elsewhere = self.stranger.account
        for kind in self.place.parents:
            others = {"app": world.make_app(elsewhere)} if kind == "app" else {}
            row = others.get(kind) or samples.make(
                registry.resource(kind), elsewhere, {"app": world.make_app(elsewhere)}
            )
            for identifier in (world.some_id(), row.pk, *NO_IDENTIFIERS):
                ids = self.parents() | {f"{kind}_id": identifier}
                url = f"/accounts/{self.account.id}/{self.path.format(**ids)}"
                assert number(self.call("GET", url)) == 2

    def test_an_instance_is_not_found_below_another_parent(self) -> None:
        made, kind = self.make(), self.place.parents[-1]
        other = (
            world.make_app(self.account)
            if kind == "app"
            else samples.make(
                registry.resource(kind), self.account, {"app": world.make_app(self.account)}
            )
        )
        ids = self.parents() | {f"{kind}_id": other.pk}
        url = f"/accounts/{self.account.id}/{self.path.format(**ids)}/{made.id}"
        for method in sorted(self.instance_methods() - {"HEAD", "PUT"}):
            assert number(self.call(method, url)) == (2 if method == "GET" else 1)


def contract_of(declaration: Declaration, place: Place) -> type[Declared]:
    """Return the test class of a resource at one of its paths."""
    parts: list[type[Any]] = [BelowParents] if place.parents else [Declared]
    by_method = {"POST": Creates, "PUT": Replaces, "DELETE": Deletes}
    parts += [Lists, Retrieves]
    parts += [part for method, part in by_method.items() if method in place.methods]
    own: dict[str, Any] = {
        "declaration": declaration,
        "place": place,
        "kind": declaration.kind,
        "path": place.path,
        "members": declaration.members.shape.members(),
        "hidden": frozenset(each.name for each in declaration.members.members if each.write_only),
        "write_role": declaration.write_role,
        "whole_seconds": declaration.members.whole_seconds,
        "invalid": _refused(declaration, "create"),
        "unacceptable": _refused(declaration, "replace"),
        "replacements": _replacements(declaration),
        "replace_shows": declaration.replace_shows,
        "replace_misses": declaration.misses.get(REPLACE, RESOURCE_NOT_FOUND).number,
    }
    return type(f"Test{declaration.kind.class_name}", tuple(parts), own)


def _refused(declaration: Declaration, body: str) -> dict[str, Refused]:
    """Return what is refused in a body (of create or replace) by what its members say."""
    refused = {"an unknown member": Refused({"nosuch": 1}, 8, ["nosuch"])}
    for member in declaration.members.members:
        use = getattr(member, body)
        if use is REQUIRED:
            refused[f"no {member.name}"] = Refused({member.name: LEFT_OUT}, 8, [member.name])
        if use is not ABSENT and isinstance(member, Choice):
            refused[f"another {member.name}"] = Refused({member.name: "nosuch"}, 8, [member.name])
    return refused


def _replacements(declaration: Declaration) -> dict[str, Mapping[str, Any]]:
    """Return what a PUT may say: nothing but what it must, and what the example says."""
    if "PUT" not in declaration.methods:
        return {}
    example = example_of(declaration.members.replace_body)
    said = {name: example[name] for name in example if name in declaration.members.mutable}
    return {"nothing": {}, "the example": said}
