"""Examples of bodies and answers that no `examples.yaml` has: made from the fields."""

from functools import singledispatch
from typing import Any

from rest_framework import serializers

from astra.api import fields
from astra.api.serializers import ClosedSerializer, MetadataSerializer

IDENTIFIER = "54fe651d-3d3b-4fa8-b85c-5db757885ff3"
INSTANT = "2022-10-06T20:58:16.305662Z"


@singledispatch
def sample(field: Any) -> Any:
    """Return a value that a field takes; raises ``TypeError`` for one that must be given."""
    raise TypeError(f"{type(field).__name__} needs an example of its own")


@sample.register
def _(field: fields.StrictCharField) -> Any:
    text = "text"[: field.max_length]
    if field.pattern and not field.pattern.fullmatch(text):
        raise TypeError(f"{field.pattern.pattern} needs an example of its own")
    return text.ljust(field.min_length or 0, "t")


sample.register(fields.EnumField, lambda field: field.allowed[0])
sample.register(fields.IdentifierField, lambda field: IDENTIFIER)
sample.register(fields.TimestampField, lambda field: INSTANT)
sample.register(fields.NumberField, lambda field: 1)
sample.register(fields.ObjectField, lambda field: {})
sample.register(serializers.ListField, lambda field: [])


@sample.register
def _(field: ClosedSerializer) -> Any:
    return {name: sample(each) for name, each in field.fields.items() if each.required}


@sample.register
def _(field: MetadataSerializer) -> Any:
    stamped = {"creationTimestamp": INSTANT, "modificationTimestamp": INSTANT}
    return {"labels": [], **stamped, "createdBy": IDENTIFIER}
