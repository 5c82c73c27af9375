"""The fields of forms, made from members; and the JSON of what was typed into them."""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from django import forms
from django.db import models
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldBooleanSwitchWidget

from astra.adminsite.forms import AreaField, LineField, LinesField, PickField
from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Constant, Document, Known, Several, leaves
from astra.resources.members import (
    Choice,
    Flag,
    Identifier,
    Instant,
    Member,
    Name,
    Number,
    column_of,
    label_of,
)

# Longer texts get an area.
_LINE = 256


@singledispatch
def form_field(member: Member, *, required: bool) -> forms.Field | None:
    """Return the field of a form for a member; None: the model's own field does, or there is none."""
    longest = member.rules.get("max_length") or member.rules.get("storable_length")
    # What matches a pattern is as a rule short.
    is_area = "pattern" not in member.rules and (longest is None or longest > _LINE)
    return (AreaField if is_area else LineField)(**_said(member, required=required))


@form_field.register(Name)
@form_field.register(Identifier)
def _line(member: Member, *, required: bool) -> forms.Field | None:
    return LineField(**_said(member, required=required))


@form_field.register
def _(member: Choice, *, required: bool) -> forms.Field:
    choices = [(each, each) for each in member.rules["choices"]]
    if not required:
        choices.insert(0, ("", "–"))
    return PickField(choices=choices, **_said(member, required=required))


@form_field.register
def _(member: Flag, *, required: bool) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanSwitchWidget, **_said(member, required=False))


@form_field.register
def _(member: Number, *, required: bool) -> forms.Field:
    said = _said(member, required=required)
    return forms.DecimalField(widget=UnfoldAdminDecimalFieldWidget, **said)


@form_field.register
def _(member: Instant, *, required: bool) -> forms.Field:
    return LineField(placeholder="2026-01-05T12:00:00Z", **_said(member, required=required))


@form_field.register
def _(member: Several, *, required: bool) -> forms.Field | None:
    if isinstance(member.of(), ClosedSerializer):
        return None
    return LinesField(**_said(member, required=required))


@form_field.register(Constant)
@form_field.register(Known)
def _none(member: Member, *, required: bool) -> forms.Field | None:
    return None


def _said(member: Member, *, required: bool) -> dict[str, Any]:
    return {
        "required": required,
        "label": member.label or label_of(member.name),
        "help_text": member.help,
        "initial": member.initial,
    }


def fields_of(member: Member, *, required: bool) -> dict[str, forms.Field | None]:
    """Return the fields for a member by name; None where the model's own field does."""
    if member.to is not None and member.to.lost is None:
        return {member.column.removesuffix("_id"): None}
    if isinstance(member, Document):
        return _fields_of_document(member, required=required)
    field = form_field(member, required=required)
    return {} if field is None else {member.column: field}


def fields_by_place(member: Member) -> dict[str, str]:
    """Return the field for each text within a document, by what the API calls its place."""
    if not isinstance(member, Document):
        return {}
    return {".".join((member.name, *way)): name for way, name in _ways(member).items()}


def typed(member: Member, name: str, data: Mapping[str, Any]) -> Any:
    """Return the JSON of what was typed for a member, whose first field is called ``name``."""
    if isinstance(member, Document):
        return _document(member, data)
    value = data.get(name)
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(member, Number) and value is not None:
        return int(value) if value == int(value) else float(value)
    if isinstance(member, Flag):
        return member.json(value)
    # A browser ends lines its own way.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _ways(document: Document) -> dict[tuple[str, ...], str]:
    """Return the form's field for each text in a document; none where it has more than texts."""
    if not _is_of_texts(document.of()):
        return {}
    return {way: column_of(way[-1]) for way, _ in leaves(document.of())}


def _is_of_texts(document: ClosedSerializer) -> bool:
    return all(
        _is_of_texts(field)
        if isinstance(field, ClosedSerializer)
        else isinstance(field, fields.StrictCharField)
        for field in document.fields.values()
    )


def _fields_of_document(document: Document, *, required: bool) -> dict[str, forms.Field | None]:
    """Return a field for each text in a document; equal names within its objects share one."""
    ways = _ways(document)
    places = dict.fromkeys(way[:-1] for way in ways)
    found: dict[str, forms.Field | None] = {}
    for way, name in ways.items():
        within = [place for place in places if (*place, way[-1]) in ways]
        is_everywhere = len(within) == len(places)
        found[name] = LineField(
            label=label_of(way[-1]),
            required=required and is_everywhere,
            help_text="" if is_everywhere else f"For {', '.join(place[-1] for place in within)}.",
        )
    return found


def _document(member: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for (*outer, last), name in _ways(member).items():
        place = document
        for key in outer:
            place = place.setdefault(key, {})
        if data[name]:
            place[last] = data[name]
    return document
