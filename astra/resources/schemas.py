"""The JSON Schema of serializer fields, for documents other than the OpenAPI one: scenarios."""

from functools import singledispatch
from typing import Any

from rest_framework import serializers

from astra.api import fields
from astra.api.serializers import ClosedSerializer, StateDetailsField
from astra.scenarios.schema import NO_NUL, ref

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
