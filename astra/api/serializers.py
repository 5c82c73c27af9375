"""Serializer base classes: closed objects, every bad field named at once, the API's problems.

A request body is checked in three degrees, see `docs/architecture.md`, 'Order of refusals': the
schema (problem 8), extended validation (9), and conflicts with what only the service may set (10). A
field error carries the degree as its code; the schema's errors are reported before the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NoReturn, Self

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import fields, patterns
from astra.api.fields import EXTENDED
from astra.api.problems import INVALID_FIELDS, INVALID_SCHEMA, ApiProblem, Invalid


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
        # As PostgreSQL will give it back, so that a create and the next read agree to the byte.
        return dict(sorted(value.items(), key=lambda member: (len(member[0]), member[0])))

    @classmethod
    @cache
    def _shared(cls) -> Self:
        # Building the fields costs more than checking a body with them; checking keeps no state.
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
            value: dict[str, Any] = cls._shared().run_validation(body)
        except (ValidationError, DjangoValidationError) as error:
            _refuse(serializers.as_serializer_error(error), is_object=isinstance(body, Mapping))
        return value


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


class StateDetailSerializer(ClosedSerializer):
    """`type_astra_stateDetail`."""

    type = fields.StrictCharField()
    title = fields.StrictCharField(min_length=1, max_length=40)
    detail = fields.StrictCharField(min_length=1, max_length=511)
    additionalDetails = fields.ObjectField(required=False)


class StateDetailsField(fields.UniqueListField):
    """`type_astra_stateDetails`."""

    child = StateDetailSerializer()


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
    return [
        Invalid(f"metadata.labels[{index}].name", "Read-only labels are set by the service.")
        for index, label in enumerate(labels)
        if is_read_only(label) and label not in allowed
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
