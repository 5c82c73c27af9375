"""Serializer base classes: closed objects, every bad field named at once, the API's problems.

A request body is checked in three degrees, see `docs/architecture.md`, 'Order of refusals': the
schema (problem 8), extended validation (9), and conflicts with what only the service may set (10). A
field error carries the degree as its code; the schema's errors are reported before the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NoReturn, Self

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import fields, patterns
from astra.api.fields import EXTENDED
from astra.api.problems import INVALID_FIELDS, INVALID_SCHEMA, ApiProblem, Invalid
from astra.api.shortcuts import DOUBTS, Doubt, Shortcut, compiled, has_usual, shortest, stands_for


class ClosedSerializer(serializers.Serializer[Any]):
    """An object that refuses members it does not declare."""

    default_error_messages = {"invalid": "Must be an object."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated members; raises ``ValidationError`` naming every bad one."""
        if not isinstance(data, Mapping):
            raise ValidationError([self.error_messages["invalid"]], code="type")
        errors: dict[str, Any] = {
            name: ["Unknown member."] for name in data if name not in self.fields
        }
        try:
            value = super().to_internal_value(data)
        except ValidationError as error:
            assert isinstance(error.detail, dict)
            errors |= error.detail
        if errors:
            raise ValidationError(errors)
        return {name: value[name] for name in sorted(value, key=_stored_order)}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the validated members; raises ``ValidationError`` naming every bad one."""
        if self._shortcut is not None:
            try:
                return self._shortcut(data)
            except DOUBTS:
                pass
        return super().run_validation(data)

    @cached_property
    def _shortcut(self) -> Shortcut | None:
        return compiled(self, "run_validation")

    @classmethod
    @cache
    def shared(cls) -> Self:
        """Return an instance to check bodies with: that keeps no state, and to build one costs more."""
        return cls()

    @classmethod
    @cache
    def members(cls) -> frozenset[str]:
        """Return the names of all members."""
        return frozenset(cls().fields)

    @classmethod
    def parse(cls, body: Any) -> dict[str, Any]:
        """Validate a parsed JSON body. Raises problem 8 or 9 with `invalidFields`."""
        try:
            value: dict[str, Any] = cls.shared().run_validation(body)
        except (ValidationError, DjangoValidationError) as error:
            _refuse(serializers.as_serializer_error(error), is_object=isinstance(body, Mapping))
        return value


def _stored_order(name: str) -> tuple[int, str]:
    # As PostgreSQL will give it back, so that a create and the next read agree to the byte.
    return len(name), name


@stands_for(ClosedSerializer.run_validation)
def _of_object(serializer: ClosedSerializer) -> Shortcut | None:
    read = compiled(serializer, "to_internal_value")
    if (
        read is None
        or serializer.validators
        or not has_usual(
            serializer, serializers.Serializer, "validate_empty_values", "run_validators"
        )
    ):
        return None
    if has_usual(serializer, serializers.Serializer, "validate"):
        return read

    def accept(data: Any) -> Any:
        value = serializer.validate(read(data))
        if value is None:
            raise Doubt
        return value

    return accept


@stands_for(ClosedSerializer.to_internal_value)
def _of_members(serializer: ClosedSerializer) -> Shortcut | None:
    members = {str(each.field_name): each for each in serializer._writable_fields}
    if not all(
        each.source_attrs == [name]
        and type(each).get_value.__module__.startswith("rest_framework.")
        and not hasattr(serializer, f"validate_{name}")
        for name, each in members.items()
    ):
        return None
    required = {name for name, each in members.items() if each.required}
    defaults = {
        name: each.get_default
        for name, each in members.items()
        if each.default is not serializers.empty
    }
    shortcuts = [
        (name, shortest(members[name], "run_validation"))
        for name in sorted(members, key=_stored_order)
    ]

    def accept(data: Any) -> dict[str, Any]:
        if type(data) is not dict or not required <= data.keys() <= members.keys():
            raise Doubt
        return {
            name: accept_member(data[name]) if name in data else defaults[name]()
            for name, accept_member in shortcuts
            if name in data or name in defaults
        }

    return accept


class PartialSerializer(ClosedSerializer):
    """An object of which nothing is required; to be inherited beside what says its members."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, by name."""
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class LabelSerializer(ClosedSerializer):
    """A label: name and value, both strings."""

    name = fields.StrictCharField()
    value = fields.StrictCharField()


class LabelsField(fields.UniqueListField):
    """The labels of a resource: a list without equal elements."""

    child = LabelSerializer()


# The type of what the simulator itself says of a state.
SIMULATED = "https://astra.netapp.io/problems/simulated"


class StateDetailSerializer(ClosedSerializer):
    """`type_astra_stateDetail`."""

    type = fields.StrictCharField(initial=SIMULATED)
    title = fields.StrictCharField(min_length=1, max_length=40)
    detail = fields.StrictCharField(min_length=1, max_length=511)
    additionalDetails = fields.ObjectField(required=False)


class StateDetailsField(fields.UniqueListField):
    """`type_astra_stateDetails`."""

    child = StateDetailSerializer()


class TransitionSerializer(ClosedSerializer):
    """What a state may become: base of what the resources call an element of their tables of them."""

    to = fields.UniqueListField(child=fields.StrictCharField())

    def get_fields(self) -> dict[str, Any]:
        """Return the members, `from` among them, which Python cannot spell as an attribute."""
        return {"from": fields.StrictCharField(), **super().get_fields()}


class MetadataSerializer(ClosedSerializer):
    """`type_astra_metadata_update`: everything optional; only the labels are the caller's."""

    labels = LabelsField(required=False)
    creationTimestamp = fields.TimestampField(required=False)
    modificationTimestamp = fields.TimestampField(required=False)
    createdBy = fields.IdentifierField(required=False)
    modifiedBy = fields.IdentifierField(required=False)


class StrictMetadataSerializer(MetadataSerializer):
    """`type_astra_metadata`: if it is sent, four of its members are required."""

    labels = LabelsField()
    creationTimestamp = fields.TimestampField()
    modificationTimestamp = fields.TimestampField()
    createdBy = fields.IdentifierField()


def extended_error(name: str, reason: str) -> ValidationError:
    """Return the error of a check beyond the schema (problem 9), to be raised by ``validate``."""
    return ValidationError({name: [ErrorDetail(reason, code=EXTENDED)]})


def is_read_only(label: Mapping[str, str]) -> bool:
    """Tell whether only the service may set the label."""
    return label["name"].startswith(patterns.READ_ONLY_LABEL_PREFIX)


def read_only_labels(
    labels: Sequence[Mapping[str, str]], *, allowed: Sequence[Mapping[str, str]] = ()
) -> list[Invalid]:
    """Return what problem 10 says of labels that only the service may set; empty if there are none.

    ``allowed`` are those that the resource has already: sending them back is no change.
    """
    own = {fields.canonical(label) for label in allowed}
    return [
        Invalid(f"metadata.labels[{index}].name", "Read-only labels are set by the service.")
        for index, label in enumerate(labels)
        if is_read_only(label) and fields.canonical(label) not in own
    ]


def _refuse(detail: Any, *, is_object: bool) -> NoReturn:
    if not is_object:
        raise ApiProblem(
            INVALID_SCHEMA, extra={"schemaValidationFailure": "The body must be an object."}
        )
    found = list(_flatten(detail, ""))
    schema = [invalid for invalid, code in found if code != EXTENDED]
    if not schema:
        raise ApiProblem(INVALID_FIELDS, fields=[invalid for invalid, _ in found])
    every = [invalid for invalid, _ in found]
    summary = "; ".join(f"{invalid.name}: {invalid.reason}" for invalid in every)
    raise ApiProblem(INVALID_SCHEMA, fields=every, extra={"schemaValidationFailure": summary})


def _flatten(detail: Any, path: str) -> Iterator[tuple[Invalid, str]]:
    """Turn DRF's nested errors into paths such as `metadata.labels[0].name`."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            if isinstance(key, int):
                yield from _flatten(value, f"{path}[{key}]")
            elif key == "non_field_errors":
                yield from _flatten(value, path)
            else:
                yield from _flatten(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from _flatten(value, path if isinstance(value, str) else f"{path}[{index}]")
    else:
        yield Invalid(path, str(detail)), getattr(detail, "code", "") or ""
