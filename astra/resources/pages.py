"""The pages of a resource on the admin site: list, record and forms, derived from its members.

A resource with more to show subclasses ``ResourcePage``, or ``StagedPage`` if it moves through stages,
for its cells, buttons and fieldsets.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from astra.accounts.callers import system_caller
from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm
from astra.adminsite.navigation import in_text, title_of
from astra.engine.columns import StagedAdmin
from astra.resources import registry
from astra.resources.actions import delete_row
from astra.resources.cells import cells_of, is_column, shown_as, words
from astra.resources.composed import Constant
from astra.resources.fieldsets import Line, add_fieldsets, editable, fieldsets
from astra.resources.forms import (
    OutcomeForm,
    ResourceForm,
    field_names,
    form_class,
    parent_field,
    parent_fields,
)
from astra.resources.members import Choice, Flag, Identifier, Member
from astra.resources.resource import Resource


class ResourcePage(AccountColumns[Any]):
    """List and record of a resource; whatever a subclass says itself is not derived.

    ``form`` and ``add_form`` of a subclass are ``ResourceForm``s, to which the fields for the members
    are added.
    """

    resource: ClassVar[Resource]
    # What the list shows beside the resource's columns, and beside what the rows belong to.
    listed: ClassVar[Sequence[str]] = ()
    # The relations that it has no room for.
    unlisted: ClassVar[Sequence[str]] = ()
    # The lines of the record's page between its head and its labels, where not every member has one.
    shown: ClassVar[Sequence[Line] | None] = None
    # Members (by their names in the API), fields and cells that stand apart, by title.
    groups: ClassVar[Mapping[str, Sequence[str]]] = {}

    ordering = ("-created_at", "-id")

    record_cell = cells.column(
        "ID", lambda record: cells.short_identifier(record.pk), ordering="id"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows, with what the database works out of them."""
        return self.resource.members.with_derived(super().get_queryset(request))

    @admin.display(description="Has")
    def related_cell(self, record: Any) -> SafeString | str:
        """Links to the lists of what refers to the record."""
        return cells.in_line(
            *(
                cells.link(
                    cells.list_path(
                        model._meta.label_lower, **{f"{each.field.name}__id__exact": record.pk}
                    ),
                    in_text(title_of(model)),
                )
                for each in self.model._meta.related_objects
                if admin.site.is_registered(model := each.related_model)
            )
        )

    @admin.display(description="In the API")
    def api_cell(self, record: Any) -> SafeString:
        """Where the API has it."""
        # Not every row has the parents of every path.
        for place in self.resource.places:
            parents = {
                f"{kind}_id": getattr(record, f"{parent_field(self.resource, kind)}_id")
                for kind in place.parents
            }
            if None not in parents.values():
                break
        path = f"/accounts/{record.account_id}/{place.path.format(**parents)}/{record.pk}"
        return cells.copyable(path, "the path")

    def delete_record(self, record: Any) -> None:
        """Delete the record as the API does."""
        rows = self.resource.rows().filter(pk=record.pk)
        delete_row(self.resource, rows, caller=system_caller(record.account))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether there is something to change, of a record that the API knows."""
        is_there = obj is None or all(
            getattr(obj, name) == value for name, value in self.resource.there.items()
        )
        return is_there and super().has_change_permission(request, obj)

    def _can_delete(self) -> bool:
        return "DELETE" in self.resource.methods


class StagedPage(StagedAdmin[Any], ResourcePage):
    """The same of a resource that moves through stages: with its next step, fate and timeline."""


def page_class(resource: Resource, base: type[ResourcePage] | None = None) -> type[ResourcePage]:
    """Return the admin class of a resource, derived as far as ``base`` leaves it open."""
    base = base or (StagedPage if resource.lifecycle else ResourcePage)
    said = {name for each in base.__mro__ if each not in StagedPage.__mro__ for name in vars(each)}
    forms = _forms(resource, base)
    derived: dict[str, Any] = {
        "resource": resource,
        **cells_of(resource),
        **_lists(resource, base),
        **_fieldsets(resource, base, forms),
    }
    if resource.lifecycle is not None:
        derived["lifecycle"] = resource.lifecycle
    return type(
        f"{resource.kind.class_name}Page",
        (base,),
        {name: value for name, value in derived.items() if name not in said} | forms,
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


def _lists(resource: Resource, base: type[ResourcePage]) -> dict[str, Any]:
    members = {member.name: member for member in resource.members.members}
    columns = [members[name] for name in resource.columns or (resource.key,)]
    named = members[resource.key]
    related = _related(resource)
    return {
        "list_display": tuple(
            dict.fromkeys(
                (
                    # The first one leads to the record; what names another row leads there.
                    *(() if named.to is None else ("record_cell",)),
                    *(shown_as(resource, member) for member in columns),
                    *base.listed,
                    *(
                        f"{name}_cell"
                        for name in related
                        if name not in ("account", *base.unlisted)
                    ),
                    "account_cell",
                    "created_cell",
                )
            )
        ),
        "list_filter": (
            *((name, AutocompleteSelectFilter) for name in related),
            *_choice_filters(resource),
            *((name, admin.EmptyFieldListFilter) for name in resource.there),
            ("created_at", DayFilter),
        ),
        "list_select_related": tuple(related),
        "search_fields": (_name_column(named),),
        "search_ids": tuple(dict.fromkeys(_identifiers(resource))),
        "search_help_text": f"Search by {words(named)}, or by an id",
    }


def _related(resource: Resource) -> list[str]:
    """Return the relations of a row to what has pages: its account first."""
    names = [
        field.name
        for field in resource.model._meta.concrete_fields
        if isinstance(field, ForeignKey)
        and (field.name == "account" or registry.resource_of(field.related_model))
    ]
    return sorted(names, key=lambda name: name != "account")


def _name_column(named: Member) -> str:
    """Return the column of what names a row; where that is another row, of the other's name."""
    if named.to is None:
        return named.column
    other = registry.resource(named.to.kind)
    return f"{named.column.removesuffix('_id')}__{other.members[other.key].column}"


def _identifiers(resource: Resource) -> Iterator[str]:
    """Yield the columns in which an id may stand."""
    yield from (f"{name}_id" for name in _related(resource))
    for member in resource.members.members:
        if isinstance(member, Identifier) and is_column(resource.model, member):
            yield member.column


def _choice_filters(resource: Resource) -> Iterator[Any]:
    for member in resource.members.members:
        is_known = isinstance(member, Choice) and not isinstance(member, Flag | Constant)
        if is_known and member.has_column:
            yield choice_filter(words(member), member.column, member.rules["choices"])


def _forms(resource: Resource, base: type[ResourcePage]) -> dict[str, Any]:
    forms: dict[str, Any] = {}
    if "PUT" in resource.methods:
        forms["form"] = _completed(resource, "replace", base.form, ResourceForm)
    if "POST" in resource.methods:
        usual = OutcomeForm if resource.lifecycle else ResourceForm
        forms["add_form"] = _completed(resource, "create", base.add_form or usual, usual)
    return forms


def _completed(
    resource: Resource, use: str, own: type[Any], usual: type[ResourceForm]
) -> type[Any]:
    """Return a form of a page with the fields for the members, unless it was made with them."""
    if not issubclass(own, ApiForm):
        return form_class(resource, use, usual)
    if not issubclass(own, ResourceForm) or hasattr(own, "resource"):
        return own
    return form_class(resource, use, own)


def _fieldsets(
    resource: Resource, base: type[ResourcePage], forms: Mapping[str, type[ResourceForm]]
) -> dict[str, Any]:
    form, add_form = forms.get("form"), forms.get("add_form")
    pages: dict[str, Any] = {
        "editable": editable(resource, form) if form else (),
        "fieldsets": fieldsets(resource, form, shown=base.shown, groups=base.groups),
    }
    if add_form is None:
        return pages
    related = _related(resource)
    found = [name for name in field_names(resource, "create") if name in related]
    parents = parent_fields(resource) or ["account"]
    return pages | {
        "can_add": True,
        "next_step": "Add one here, by the API, or with a scenario.",
        "add_fieldsets": add_fieldsets(resource, add_form, groups=base.groups),
        "autocomplete_fields": tuple(dict.fromkeys((*parents, *found))),
    }
