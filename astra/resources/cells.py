"""What the admin site shows of a member: its column as it is, or a cell made for its kind of value."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.utils.html import format_html_join

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.resources import registry
from astra.resources.members import Details, Flag, Identifier, Instant, Member
from astra.resources.resource import Resource


def shown_as(resource: Resource, member: Member) -> str:
    """Return the name under which a page shows a member."""
    if isinstance(member, Identifier) and member.to is not None:
        return f"{member.column.removesuffix('_id')}_cell"
    is_plain = _is_column(resource.model, member) and not isinstance(
        member, Flag | Instant | Details
    )
    return member.column if is_plain and member.column != "state" else f"{member.column}_cell"


def cells_of(resource: Resource) -> dict[str, Any]:
    """Return the cells that the pages of a resource need, by name."""
    made = {
        f"{field.name}_cell": _link_cell(field)
        for field in resource.model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.name != "account"
    }
    for member in resource.members.members:
        name = shown_as(resource, member)
        if name != member.column and name not in made and not hasattr(AccountColumns, name):
            made[name] = _value_cell(resource, member)
    return made


def words(member: Member) -> str:
    """Return a member's name as people say it."""
    return member.column.removesuffix("_id").replace("_", " ")


def _is_column(model: type[Model], member: Member) -> bool:
    return any(member.column == field.attname for field in model._meta.concrete_fields)


def _link_cell(field: "ForeignKey[Any, Any]") -> Callable[..., Any]:
    def cell(page: Any, record: Any) -> Any:
        return cells.record_link(getattr(record, field.name))

    related = registry.resource_of(field.related_model)
    named = related.members[related.key].column if related else "pk"
    description = field.name.replace("_", " ").capitalize()
    return admin.display(description=description, ordering=f"{field.name}__{named}")(cell)


def _value_cell(resource: Resource, member: Member) -> Callable[..., Any]:
    column, description = member.column, member.label or words(member).capitalize()
    if isinstance(member, Flag):
        return admin.display(description=description, ordering=column, boolean=True)(
            lambda page, record: getattr(record, column)
        )
    if isinstance(member, Instant):
        return admin.display(description=description, ordering=column)(
            lambda page, record: cells.instant(getattr(record, column))
        )
    if isinstance(member, Details):
        return admin.display(description=description)(
            lambda page, record: cells.details(getattr(record, column))
        )
    return admin.display(description=description)(
        lambda page, record: _pairs(member.written(record, record.account.now()))
    )


def _pairs(value: Any) -> Any:
    """Return an object for people."""
    if not isinstance(value, dict):
        return cells.NOTHING if value is None else value
    return format_html_join("", "<p>{}: <code>{}</code></p>", value.items()) or cells.NOTHING
