"""What the admin site shows of a member: its column as it is, or a cell made for its kind of value."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.utils.html import format_html_join

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.units import human_bytes
from astra.resources import registry
from astra.resources.composed import Details, Document, Several
from astra.resources.members import Choice, Flag, Instant, Member
from astra.resources.resource import Resource

# What the column of holds would not read well as it is.
_MADE = Flag | Instant | Several | Document


def shown_as(resource: Resource, member: Member) -> str:
    """Return the name under which a page shows a member."""
    if member.to is not None:
        return f"{member.column.removesuffix('_id')}_cell"
    is_made = isinstance(member, _MADE) or member.write_only
    is_plain = is_column(resource.model, member) and not is_made
    return member.column if is_plain and not _is_state(member) else f"{member.column}_cell"


def cells_of(resource: Resource) -> dict[str, Any]:
    """Return the cells that the pages of a resource need, by name."""
    made = {
        f"{field.name}_cell": _record_cell(field)
        for field in resource.model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.name != "account"
    }
    for member in resource.members.members:
        name = shown_as(resource, member)
        if name != member.column and name not in made and not hasattr(AccountColumns, name):
            made[name] = _value_cell(resource, member)
    return made


def bytes_cell(column: str, title: str) -> Callable[..., Any]:
    """Return a cell that shows a number of bytes as people read it."""
    return cells.column(title, lambda record: human_bytes(getattr(record, column)), ordering=column)


def words(member: Member) -> str:
    """Return a member's name as people say it."""
    return (member.label or member.column.removesuffix("_id").replace("_", " ")).lower()


def is_column(model: type[Model], member: Member) -> bool:
    """Tell whether a member has a column of its own."""
    return any(member.column == field.attname for field in model._meta.concrete_fields)


def _is_state(member: Member) -> bool:
    return isinstance(member, Choice) and cells.is_state(member.column)


def _record_cell(field: "ForeignKey[Any, Any]") -> Callable[..., Any]:
    if not getattr(field, "db_constraint", True):
        # It may be gone.
        return cells.column(
            field.name.replace("_", " ").capitalize(),
            lambda record: cells.row_link(field.related_model, getattr(record, field.attname)),
        )
    related = registry.resource_of(field.related_model)
    named = related.members[related.key].column if related else "pk"
    return cells.column(
        field.name.replace("_", " ").capitalize(),
        lambda record: cells.record_link(getattr(record, field.name)),
        ordering=f"{field.name}__{named}",
    )


def _value_cell(resource: Resource, member: Member) -> Callable[..., Any]:
    column = member.column
    is_ordered = is_column(resource.model, member) and not isinstance(member, Several | Document)
    ordering = column if is_ordered else None
    description = member.label or words(member).capitalize()
    if isinstance(member, Flag):
        return admin.display(description=description, ordering=ordering, boolean=True)(
            lambda page, record: getattr(record, column)
        )

    return cells.column(description, lambda record: _show(member, record), ordering=ordering)


def _show(member: Member, record: Any) -> Any:
    if member.to is not None:
        return cells.row_link(member.to.model, getattr(record, member.column))
    if isinstance(member, Instant):
        return cells.instant(getattr(record, member.column))
    if isinstance(member, Details):
        return cells.details(getattr(record, member.column))
    if _is_state(member):
        return cells.state_badge(getattr(record, member.column))
    return _told(member.written(record, record.account.now()))


def _told(value: Any) -> Any:
    """Return a JSON value for people."""
    if isinstance(value, dict):
        return format_html_join("", "<p>{}: <code>{}</code></p>", _pairs(value)) or cells.NOTHING
    if isinstance(value, list):
        texts = (
            ", ".join(f"{name}: {text}" for name, text in _pairs(each))
            if isinstance(each, dict)
            else each
            for each in value
        )
        return format_html_join("", "<p>{}</p>", ((text,) for text in texts)) or cells.NOTHING
    return cells.NOTHING if value is None else value


def _pairs(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the innermost names and values of an object."""
    for name, each in value.items():
        if isinstance(each, dict):
            yield from _pairs(each)
        else:
            yield name, ", ".join(map(str, each)) if isinstance(each, list) else each
