"""What follows from serializer fields: their JSON Schema, for scenarios, and examples of bodies.

Examples are made up where no `examples.yaml` has any.
"""

from functools import singledispatch
from typing import Any

from rest_framework import serializers

from astra.api import fields
from astra.api.serializers import ClosedSerializer, MetadataSerializer, StateDetailsField
from astra.scenarios.schema import NO_NUL, ref

# Of examples.
IDENTIFIER = "54fe651d-3d3b-4fa8-b85c-5db757885ff3"
INSTANT = "2022-10-06T20:58:16.305662Z"
Json = dict[str, Any]


@singledispatch
def json_schema(field: Any) -> Json:
    """Return the JSON Schema of a field; raises ``TypeError`` for one that has none."""
    raise TypeError(f"no schema for {type(field).__name__}")


@json_schema.register
def _(field: fields.StrictCharField) -> Json:
    pattern = field.pattern.pattern if field.pattern else NO_NUL
    longest = field.max_length or getattr(field, "storable_length", None)
    limits = {"minLength": field.min_length, "maxLength": longest}
    schema: Json = {"type": "string", "pattern": pattern}
    return schema | {name: limit for name, limit in limits.items() if limit}


@json_schema.register
def _(field: fields.EmailField) -> Json:
    schema = json_schema.dispatch(fields.StrictCharField)(field)
    return schema | {"minLength": 3, "pattern": r"^[^@\s]+@[^@\s]+$"}


@json_schema.register
def _(field: fields.DnsLabelField) -> Json:
    usual = fields.DnsLabelField()
    if (field.pattern, field.max_length) == (usual.pattern, usual.max_length):
        return ref("dnsLabel")
    return json_schema.dispatch(fields.StrictCharField)(field)


@json_schema.register
def _(field: serializers.ListField) -> Json:
    schema: Json = {"type": "array", "items": json_schema(field.child)}
    return schema | {"uniqueItems": True} if isinstance(field, fields.UniqueListField) else schema


@json_schema.register
def _(field: ClosedSerializer) -> Json:
    schema: Json = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: json_schema(each) for name, each in field.fields.items()},
    }
    required = [name for name, each in field.fields.items() if each.required]
    return schema | {"required": required} if required else schema


json_schema.register(fields.EnumField, lambda field: {"enum": list(field.allowed)})
json_schema.register(fields.IdentifierField, lambda field: ref("identifier"))
json_schema.register(fields.TimestampField, lambda field: ref("instant"))
json_schema.register(fields.NumberField, lambda field: {"type": "number"})
json_schema.register(fields.ObjectField, lambda field: {"type": "object"})
json_schema.register(StateDetailsField, lambda field: ref("stateDetails"))
json_schema.register(fields.ReasonsField, lambda field: ref("reasons"))


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
