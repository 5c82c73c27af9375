"""JSON schemas of the serializers: exact types, patterns, closed objects.

drf-spectacular knows DRF's own fields; this adds what `astra.api.fields` declares. Examples stand in
`examples.yaml` beside the serializers, by class name; a serializer that is not there may give one
itself, by its class method ``example``.
"""

import functools
import importlib.resources
from typing import Any

import yaml
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from typing_extensions import override

from astra.api import fields, patterns
from astra.api.serializers import ClosedSerializer

Json = dict[str, Any]


@functools.cache
def examples_of(package: str) -> dict[str, Any]:
    """Return the examples of a package's serializers, by the name of the class."""
    file = importlib.resources.files(package) / "examples.yaml"
    examples: dict[str, Any] = yaml.safe_load(file.read_text()) if file.is_file() else {}
    return examples


def example_of(serializer: type[ClosedSerializer]) -> Any:
    """Return the example of a serializer. Raises ``KeyError`` when it has none."""
    written = examples_of(serializer.__module__.rpartition(".")[0])
    own = getattr(serializer, "example", None)
    if serializer.__name__ in written or own is None:
        return written[serializer.__name__]
    return own()


class ShapeSchema(AutoSchema):
    """Maps the serializers of the API to components of the document."""

    registry: Any

    def shape(self, serializer: type[ClosedSerializer]) -> Json:
        """Return a reference to the component of a serializer, which gets its example."""
        component = self.resolve_serializer(serializer, "response")
        component.schema["example"] = example_of(serializer)
        reference: Json = component.ref
        return reference

    def component(self, kind: str, name: str, content: Json) -> Json:
        """Register a component, once, and return a reference to it."""
        component = ResolvedComponent(name=name, type=kind, schema=content, object=name)
        self.registry.register_on_missing(component)
        reference: Json = component.ref
        return reference

    def identifier(self) -> Json:
        """Return a reference to the schema of an Astra identifier."""
        content = {
            "type": "string",
            "pattern": patterns.IDENTIFIER,
            "description": "A lower-case UUID of version 4 or 5, or the nil UUID.",
        }
        return self.component("schemas", "Identifier", content)

    @override
    def _get_serializer_name(
        self, serializer: Any, direction: str, bypass_extensions: bool = False
    ) -> str:
        return type(serializer).__name__.removesuffix("Serializer").removesuffix("Body")

    @override
    def _map_basic_serializer(self, serializer: Any, direction: str) -> Json:
        schema: Json = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        return schema | {"additionalProperties": False}

    @override
    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> Json:
        if isinstance(field, fields.IdentifierField):
            return self.identifier()
        if isinstance(field, fields.TimestampField):
            content = {
                "type": "string",
                "pattern": patterns.TIMESTAMP,
                "description": "An ISO 8601 instant in UTC.",
                "example": "2022-10-06T20:58:16.305662Z",
            }
            return self.component("schemas", "Timestamp", content)
        if isinstance(field, fields.EnumField):
            return {"type": "string", "enum": list(field.allowed)}
        if isinstance(field, fields.StrictCharField):
            pattern = {"pattern": field.pattern.pattern} if field.pattern else {}
            return {"type": "string"} | pattern
        if isinstance(field, fields.NumberField):
            return {"type": "number"}
        schema: Json = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        if isinstance(field, fields.UniqueListField):
            schema["uniqueItems"] = True
        return schema

    @override
    def _insert_field_validators(self, field: Any, schema: Json) -> None:
        if not isinstance(field, fields.StrictCharField):
            super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        elif "$ref" not in schema:
            limits = {"minLength": field.min_length, "maxLength": field.max_length}
            schema.update({name: limit for name, limit in limits.items() if limit})
