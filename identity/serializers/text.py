"""Free text of people and accounts: as a field of a body, and as a member to filter by."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Collate, NullIf
from rest_framework.exceptions import ErrorDetail, ValidationError

from astra.api import fields, filters
from astra.api.serializers import EXTENDED


class TextField(fields.StrictCharField):
    """A JSON string that can be stored: what cannot is problem 9, as the schema allows it.

    ``storable_length``: how many characters there is room for, where the schema has no limit.
    """

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


def text_member(column: str) -> filters.Member:
    """Return the member of a text column that compares by the database's own collation."""
    return filters.Member(expression=lambda _: Collate(F(column), "C"))


def optional_text_member(column: str) -> filters.Member:
    """Return the member of a text column in which the empty text stands for an absent member."""
    return filters.Member(expression=lambda _: NullIf(Collate(F(column), "C"), Value("")))
