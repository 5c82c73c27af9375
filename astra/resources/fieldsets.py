"""How the members of a resource stand on its pages: the form that adds one, and a record's own page.

Groups are members (by their names in the API), further fields of the forms and cells, by title. Each
page has what it can have of a group: a member that a PUT may change is a field, another is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from astra.resources.cells import shown_as
from astra.resources.composed import Constant, Known
from astra.resources.forms import (
    ResourceForm,
    field_names,
    form_members,
    parent_fields,
    parent_members,
)
from astra.resources.resource import Resource

Line = str | tuple[str, ...]
Groups = Mapping[str, Sequence[str]]
Fieldsets = tuple[tuple[str | None, dict[str, Any]], ...]
Form = type[ResourceForm]


def editable(resource: Resource, form: Form) -> tuple[str, ...]:
    """Return the fields of a record that exists which can be changed."""
    return (*field_names(resource, "replace"), *_further(resource, form, "replace"), "labels")


def add_fieldsets(resource: Resource, form: Form, *, groups: Groups) -> Fieldsets:
    """Return the fieldsets of the form that adds one."""
    known = {
        member.name: tuple(made) for member, made in form_members(resource, "create").items()
    } | {name: (name,) for name in _further(resource, form, "create")}
    apart, rest = _apart(known, groups)
    main = (*(parent_fields(resource) or ["account"]), *rest, "labels", "api_version")
    return ((None, {"fields": main}), *apart)


def fieldsets(
    resource: Resource, form: Form | None, *, shown: Sequence[Line] | None, groups: Groups
) -> Fieldsets:
    """Return the fieldsets of a record's page.

    ``form`` changes it, if anything can; ``shown`` are lines in place of those that each member has.
    """
    replaced = form_members(resource, "replace") if form else {}
    above = parent_members(resource)
    known = {
        member.name: tuple(replaced.get(member, ())) or (shown_as(resource, member),)
        for member in resource.members.members
        if not isinstance(member, Constant | Known) and member not in above
    }
    further = _further(resource, form, "replace") if form else ()
    cells = (name for names in groups.values() for name in names if name.endswith("_cell"))
    own = [*further, *cells]
    known |= {name: (name,) for name in own}
    apart, rest = _apart(known, groups)
    head = tuple(_head(resource, known))
    if shown is None:
        first = {name for line in head for name in line}
        related = ("related_cell",) if resource.model._meta.related_objects else ()
        shown = [*(name for name in rest if name not in first), *related]
    main = (*head, *shown, "labels" if form else "labels_cell")
    metadata = (("created_at", "modified_at"), ("version", *resource.there), "api_cell")
    return ((None, {"fields": main}), *apart, ("Metadata", {"fields": metadata}))


def _head(resource: Resource, known: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the lines that say what record it is: its name, whose it is, its state."""
    yield (*known.get(resource.key, ()), "id_cell")
    yield (*(f"{name}_cell" for name in parent_fields(resource)), "account_cell")
    if resource.lifecycle is not None:
        # What nobody ends by hand has no end that is news.
        yield ("state_cell", "fate_cell") if resource.lifecycle.by_hand else ("state_cell",)


def _further(resource: Resource, form: Form, use: str) -> tuple[str, ...]:
    """Return the fields of a form that are for no member and no parent."""
    typed, above = field_names(resource, use), parent_fields(resource)
    usual = {*typed, *above, "account", "labels", "api_version"}
    return tuple(name for name in form.base_fields if name not in usual)


def _apart(
    known: Mapping[str, tuple[str, ...]], groups: Groups
) -> tuple[list[tuple[str | None, dict[str, Any]]], list[str]]:
    """Return the fieldsets of the groups that have something here, and what stands in none."""
    fieldsets: list[tuple[str | None, dict[str, Any]]] = []
    for title, names in groups.items():
        if found := [field for name in names for field in known.get(name, ())]:
            fieldsets.append((title, {"fields": found}))
    grouped = {name for names in groups.values() for name in names}
    rest = [field for name, made in known.items() if name not in grouped for field in made]
    return fieldsets, rest
