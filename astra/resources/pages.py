"""The pages of a resource on the admin site: list, record and forms, derived from its members.

A resource with more to show subclasses ``ResourcePage`` for its cells, buttons and fieldsets.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ForeignKey

from astra.accounts.columns import AccountColumns
from astra.accounts.system import system_caller
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.resources import registry
from astra.resources.actions import delete_row
from astra.resources.cells import cells_of, shown_as, words
from astra.resources.forms import form_class, form_members, parent_field, parent_members
from astra.resources.members import (
    Choice,
    Constant,
    Flag,
    Known,
)
from astra.resources.resource import Resource


class ResourcePage(AccountColumns[Any]):
    """List and record of a resource; whatever a subclass says itself is not derived."""

    resource: ClassVar[Resource]

    ordering = ("-created_at", "-id")

    def delete_record(self, record: Any) -> None:
        """Delete the record as the API does."""
        rows = self.resource.rows().filter(pk=record.pk)
        delete_row(self.resource, rows, caller=system_caller(record.account))

    def _can_delete(self) -> bool:
        return "DELETE" in self.resource.methods


def page_class(resource: Resource, base: type[ResourcePage] = ResourcePage) -> type[ResourcePage]:
    """Return the admin class of a resource, derived as far as ``base`` leaves it open."""
    derived: dict[str, Any] = {"resource": resource, **cells_of(resource), **_lists(resource)}
    derived |= _forms(resource)
    said = {name for each in base.__mro__ if _is_own(each) for name in vars(each)}
    return type(
        f"{resource.kind.class_name}Page",
        (base,),
        {name: value for name, value in derived.items() if name not in said},
    )


def page_of(resource: Resource) -> Callable[[type[ResourcePage]], type[ResourcePage]]:
    """Register a class for the pages of a resource, what it leaves open derived."""

    def register(base: type[ResourcePage]) -> type[ResourcePage]:
        admin.site.register(resource.model, page_class(resource, base))
        return base

    return register


def register_pages() -> None:
    """Register the pages of the resources that have none of their own."""
    for resource in registry.resources():
        if not admin.site.is_registered(resource.model):
            admin.site.register(resource.model, page_class(resource))


def _is_own(page: type) -> bool:
    return issubclass(page, ResourcePage) and page is not ResourcePage


def _lists(resource: Resource) -> dict[str, Any]:
    model = resource.model
    related = [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    members = {member.name: member for member in resource.members.members}
    columns = [members[name] for name in resource.columns or (resource.key,)]
    named = members[resource.key]
    return {
        "list_display": (
            *(shown_as(resource, member) for member in columns),
            *(f"{name}_cell" for name in related if name != "account"),
            "account_cell",
            "created_cell",
        ),
        "list_filter": (
            *((name, AutocompleteSelectFilter) for name in _by_typing(resource, related)),
            *_choice_filters(resource),
            ("created_at", DayFilter),
        ),
        "list_select_related": tuple(related),
        "search_fields": (named.column,),
        "search_ids": tuple(f"{name}_id" for name in related),
        "search_help_text": f"Search by {words(named)}, or by an id",
    }


def _by_typing(resource: Resource, related: list[str]) -> list[str]:
    """Return the relations to filter by: the account first, then the parents."""
    parents = [parent_field(resource, kind) for kind in resource.places[0].parents]
    return [name for name in ("account", *parents) if name in related]


def _choice_filters(resource: Resource) -> Iterator[Any]:
    for member in resource.members.members:
        if isinstance(member, Choice) and not isinstance(member, Flag | Constant):
            yield choice_filter(words(member), member.column, member.rules["choices"])


def _forms(resource: Resource) -> dict[str, Any]:
    above = parent_members(resource)
    shown = tuple(
        shown_as(resource, member)
        for member in resource.members.members
        if not isinstance(member, Constant | Known) and member not in above
    )
    parents = tuple(parent_field(resource, kind) for kind in resource.places[0].parents)
    editable: tuple[str, ...] = ()
    options: dict[str, Any] = {}
    if "PUT" in resource.methods:
        editable = (*(name for _, name in form_members(resource, "replace")), "labels")
        options["form"] = form_class(resource, "replace")
    if "POST" in resource.methods:
        options["can_add"] = True
        options["add_form"] = form_class(resource, "create")
        fields = (*(parents or ("account",)), *_names(resource, "create"), "labels")
        options["add_fieldsets"] = ((None, {"fields": fields}),)
    replaced = {
        shown_as(resource, member): name for member, name in form_members(resource, "replace")
    }
    own = tuple(replaced[name] if replaced.get(name) in editable else name for name in shown)
    links = tuple(f"{name}_cell" for name in parents)
    labels = "labels" if editable else "labels_cell"
    return options | {
        "editable": editable,
        "autocomplete_fields": tuple(
            dict.fromkeys((*(parents or ("account",)), *_references(resource)))
        ),
        "fieldsets": (
            (None, {"fields": ("id_cell", *own, *links, "account_cell", labels)}),
            ("Metadata", {"fields": ("version", "created_at", "modified_at")}),
        ),
    }


def _names(resource: Resource, use: str) -> tuple[str, ...]:
    return tuple(name for _, name in form_members(resource, use))


def _references(resource: Resource) -> Iterator[str]:
    return (member.column.removesuffix("_id") for member in resource.references)
