"""Serializer fields with exact JSON types: nothing is coerced, trimmed or guessed.

Source: `docs/architecture.md`, 'Bodies' (no number for a string, null is a wrong type, a pattern
matches the whole string), and the published schemas.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import patterns
from astra.api.quantities import ISO_DURATION, parse_duration, parse_instant
from astra.api.shortcuts import Doubt, Shortcut, has_usual, reading, shortest, stands_for

REASON_MAX_LENGTH = 127
# The code of an error that counts as extended validation (problem 9), not as the schema's (8).
EXTENDED = "extended"


class StrictCharField(serializers.CharField):
    """A JSON string, kept as it came; ``pattern`` must match all of it."""

    default_error_messages = {
        "invalid": "Must be a string.",
        "pattern": "Must match {pattern}.",
        "blank": "Must not be empty.",
        EXTENDED: "Must not contain NUL.",
    }

    def __init__(self, *, pattern: str | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        kwargs.setdefault("allow_blank", kwargs.get("min_length", 0) == 0)
        super().__init__(**kwargs)
        self.pattern = re.compile(pattern) if pattern else None
        # DRF refuses NUL as a schema error; but the schema allows it, only no part of the service can
        # store it.
        self.validators = [
            validator
            for validator in self.validators
            if type(validator).__name__
            not in ("ProhibitNullCharactersValidator", "ProhibitSurrogateCharactersValidator")
        ]

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data == "" and not self.allow_blank:
            self.fail("blank")
        value = serializers.Field.run_validation(self, data)
        if isinstance(value, str) and "\0" in value:
            self.fail(EXTENDED)
        return value

    def to_internal_value(self, data: Any) -> str:
        """Return the string; fails with `invalid` or `pattern`."""
        if not isinstance(data, str):
            self.fail("invalid")
        if self.pattern and not self.pattern.fullmatch(data):
            self.fail("pattern", pattern=self.pattern.pattern)
        return data


@stands_for(StrictCharField.run_validation)
def _of_text(field: StrictCharField) -> Shortcut | None:
    read, may_be_blank = reading(field), field.allow_blank
    if read is None:
        return None

    def accept(data: Any) -> Any:
        if not data and (data != "" or not may_be_blank):
            raise Doubt
        value = read(data)
        if isinstance(value, str) and "\0" in value:
            raise Doubt
        return value

    return accept


class TextField(StrictCharField):
    """Free text; longer than ``storable_length``, where the schema has no limit, is problem 9."""

    def __init__(self, *, storable_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.storable_length = storable_length

    def to_internal_value(self, data: Any) -> str:
        """Return the string; fails as extended validation for too long a text."""
        value = super().to_internal_value(data)
        if self.storable_length is not None and len(value) > self.storable_length:
            raise _extended(f"Must have at most {self.storable_length} characters.")
        return value


class EmailField(TextField):
    """An email address; the schema takes any string, so another text is problem 9."""

    def to_internal_value(self, data: Any) -> str:
        """Return the address; fails as extended validation unless it has one `@` and no space."""
        value = super().to_internal_value(data)
        name, _, host = value.partition("@")
        if not name or not host or "@" in host or any(char.isspace() for char in value):
            raise _extended("Must be an email address.")
        return value


def _extended(reason: str) -> ValidationError:
    return ValidationError([ErrorDetail(reason, code=EXTENDED)])


class EnumField(StrictCharField):
    """One of a closed list of strings. ``also``: what is taken for one of them, undocumented."""

    default_error_messages = {"choice": "Must be one of {choices}."}

    def __init__(
        self, choices: Iterable[str], *, also: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        self.allowed: Sequence[str] = tuple(choices)
        self.also = also or {}
        kwargs.setdefault("allow_blank", True)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the string; fails with `choice` for any other."""
        value = super().to_internal_value(data)
        value = self.also.get(value, value)
        if value not in self.allowed:
            self.fail("choice", choices=", ".join(f'"{choice}"' for choice in self.allowed))
        return value


class DnsLabelField(StrictCharField):
    """A DNS-1123 label of 1 to 63 characters."""

    default_error_messages = {"pattern": patterns.DNS_LABEL_WORDS}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("pattern", patterns.DNS_LABEL)
        kwargs.setdefault("min_length", 1)
        kwargs.setdefault("max_length", patterns.DNS_LABEL_MAX_LENGTH)
        super().__init__(**kwargs)


class IdentifierField(StrictCharField):
    """An Astra identifier; the value is a ``uuid.UUID``."""

    default_error_messages = {"identifier": "Must be an Astra identifier (a lower-case UUID)."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the id as a UUID; fails with `identifier`."""
        value = patterns.parse_identifier(super().to_internal_value(data))
        if value is None:
            self.fail("identifier")
        return value


class UniqueListField(serializers.ListField):
    """A JSON array without equal elements; ``child`` checks each."""

    default_error_messages = {
        "not_a_list": "Must be an array.",
        "unique": "Must not contain the same element twice.",
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the elements; fails with `unique` when two are equal."""
        values: list[Any] = super().to_internal_value(data)
        if not all_differ(values):
            self.fail("unique")
        return values


def list_of(child: Callable[[], Any]) -> Callable[..., UniqueListField]:
    """Return what makes the field of an array without equal elements; ``child`` makes an element's."""
    return lambda **options: UniqueListField(child=child(), **options)


def all_differ(values: Sequence[Any]) -> bool:
    """Tell whether no two of some JSON values (or ids) are equal, in time linear in their size."""
    return len(values) < 2 or len({canonical(value) for value in values}) == len(values)


def canonical(value: Any) -> bytes:
    """Return what is the same for equal JSON values, and differs for others."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@stands_for(UniqueListField.to_internal_value)
def _of_elements(field: UniqueListField) -> Shortcut | None:
    if not (field.allow_empty and has_usual(field, serializers.ListField, "run_child_validation")):
        return None
    accept_element = shortest(field.child, "run_validation")

    def accept(data: Any) -> list[Any]:
        if type(data) is not list:
            raise Doubt
        values = [accept_element(element) for element in data]
        if not all_differ(values):
            raise Doubt
        return values

    return accept


class ReasonsField(UniqueListField):
    """`type_unready`: why a resource is not in the state it should be in."""

    child = StrictCharField(min_length=1, max_length=REASON_MAX_LENGTH)


class ObjectField(serializers.DictField):
    """A JSON object with any members."""

    default_error_messages = {"not_a_dict": "Must be an object."}


class FreeField(ObjectField):
    """An object of any members, none of which has a text that cannot be stored."""

    default_error_messages = {EXTENDED: "Must not contain NUL."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the object; fails with `not_a_dict`, or for NUL in a text, however deep."""
        value = super().to_internal_value(data)
        if has_nul(value):
            self.fail(EXTENDED)
        return value


def has_nul(value: Any) -> bool:
    """Tell whether NUL stands in a JSON value, in a text or a name."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(has_nul(name) or has_nul(each) for name, each in value.items())
    return isinstance(value, list) and any(map(has_nul, value))


class TimestampField(StrictCharField):
    """An ISO 8601 instant in UTC, kept as the string that came."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=patterns.TIMESTAMP, **kwargs)


class InstantField(TimestampField):
    """An instant; the value is a ``datetime``."""

    default_error_messages = {"instant": "Must be an instant that exists, and before time ends."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the instant; fails with `pattern` or `instant`."""
        try:
            return parse_instant(super().to_internal_value(data).replace(",", "."))
        except ValueError:
            self.fail("instant")


class DurationField(StrictCharField):
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds; a ``timedelta``."""

    default_error_messages = {"duration": "Must not be longer than a thousand years."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=ISO_DURATION, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Return the duration; fails with `pattern` or `duration`."""
        try:
            return parse_duration(super().to_internal_value(data))
        except ValueError:
            self.fail("duration")


class FlagField(serializers.Field[Any, Any, Any, Any]):
    """The JSON value true or false."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """Return it; fails with `invalid`."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class NumberField(serializers.Field[Any, Any, Any, Any]):
    """A JSON number, as it came."""

    default_error_messages = {"invalid": "Must be a number."}

    def to_internal_value(self, data: Any) -> int | float:
        """Return the number; fails with `invalid`, also for a boolean."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return data


class IntegerField(NumberField):
    """A whole JSON number within bounds."""

    default_error_messages = {"integer": "Must be a whole number from {least} to {most}."}

    def __init__(self, *, least: int = 0, most: int = 2**31 - 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def to_internal_value(self, data: Any) -> int:
        """Return the number; fails with `invalid` or `integer`."""
        value = super().to_internal_value(data)
        if not isinstance(value, int) or not self.least <= value <= self.most:
            self.fail("integer", least=self.least, most=self.most)
        return int(value)


class RangeField(NumberField):
    """A number from 0 to ``most``."""

    default_error_messages = {"range": "Must be between 0 and {most}."}

    def __init__(self, *, most: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_internal_value(self, data: Any) -> int | float:
        """Return the number; fails with `invalid` or `range`."""
        number = super().to_internal_value(data)
        if not 0 <= number <= self.most:
            self.fail("range", most=self.most)
        return number
