"""The fields of forms, made from what is declared of criteria and effects; and the JSON typed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from rest_framework.serializers import Field, ListField
from typing_extensions import override
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminIntegerFieldWidget

from astra.adminsite.forms import InstantField, LineField, LinesField, PickField, SearchField
from astra.adminsite.records import RecordChoice
from astra.adminsite.rows import Column, RowsField
from astra.api import fields
from astra.api.clock import timestamp
from astra.api.patterns import parse_identifier
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.of_calls import OneOfField
from astra.faults.serializers import OperationField
from astra.faults.subjects import operations


class FoundRecord(RecordChoice):
    """A record found by typing; one that is no more stays chosen, by its id."""

    @override
    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        groups = super().optgroups(name, value, attr)
        there = {str(option["value"]) for _, options, _ in groups for option in options}
        for key in value:
            if key and key not in there and parse_identifier(key):
                lost = self.create_option(name, key, f"{key}, which is no more", True, 0)
                groups[0][1].append(lost)
        return groups


if TYPE_CHECKING:
    AnyModelChoiceField = forms.ModelChoiceField[Model]
else:
    AnyModelChoiceField = forms.ModelChoiceField


class FoundRecordField(AnyModelChoiceField):
    """A record; its value may be the id of one that is no more."""

    @override
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            if parse_identifier(str(value)) is None:
                raise
            return str(value)


def record_field(model: type[Model], **said: Any) -> forms.Field | None:
    """Return the field that finds a record of a model by typing; None where nothing can find it."""
    if not admin.site.is_registered(model):
        return None
    # The site finds records for a foreign key to them, whichever it is.
    key: Any = next((each.field for each in model._meta.related_objects), None)
    if key is None:
        return None
    widget = FoundRecord(key, admin.site)
    return FoundRecordField(model._default_manager.all(), widget=widget, **said)


@singledispatch
def form_field(field: Field[Any, Any, Any, Any], **said: Any) -> forms.Field:
    """Return the field of a form for a member that a serializer's field checks."""
    return LineField(**said)


@form_field.register
def _(field: fields.EnumField, **said: Any) -> forms.Field:
    return PickField(choices=_choices(dict.fromkeys(field.allowed, ""), field), **said)


@form_field.register
def _(field: OperationField, **said: Any) -> forms.Field:
    return SearchField(choices=_choices(dict.fromkeys(operations(), ""), field), **said)


@form_field.register
def _(field: OneOfField, **said: Any) -> forms.Field:
    numbers: Any = field.numbers
    titles = {each: numbers[each].title if isinstance(numbers, Mapping) else "" for each in numbers}
    kind = SearchField if len(titles) > 10 else PickField
    return kind(choices=_choices(titles, field), **said)


@form_field.register
def _(field: fields.IntegerField, **said: Any) -> forms.Field:
    return forms.IntegerField(
        min_value=field.least, max_value=field.most, widget=UnfoldAdminIntegerFieldWidget, **said
    )


@form_field.register
def _(field: fields.RangeField, **said: Any) -> forms.Field:
    return forms.FloatField(
        min_value=0, max_value=field.most, widget=UnfoldAdminDecimalFieldWidget, **said
    )


@form_field.register
def _(field: fields.InstantField, **said: Any) -> forms.Field:
    return InstantField(**{name: value for name, value in said.items() if name != "required"})


@form_field.register
def _(field: ListField, **said: Any) -> forms.Field:
    if not isinstance(field.child, ClosedSerializer):
        return LinesField(**said)
    members = field.child.fields.items()
    texts = [(name, each) for name, each in members if isinstance(each, fields.StrictCharField)]
    columns = [Column(name, name, each.initial or "") for name, each in texts]
    # What is seldom typed in comes last.
    return RowsField(sorted(columns, key=lambda column: bool(column.usual)), **said)


def json_of(field: Field[Any, Any, Any, Any], value: Any) -> Any:
    """Return the JSON of what a form's field for a member made of what was typed; None: nothing."""
    if value in (None, "", []):
        return None
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(field, OneOfField):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _choices(titles: Mapping[Any, str], field: Field[Any, Any, Any, Any]) -> list[tuple[str, str]]:
    none = [] if field.required else [("", f"– ({field.initial})" if field.initial else "–")]
    return none + [
        (str(value), f"{value} · {title}" if title else str(value))
        for value, title in titles.items()
    ]
