"""What is plainly right in a body, accepted without DRF's ceremony; what is not goes the usual way.

Between a value and its rules DRF goes a long way, made for forms, partial updates and members that are
read only. A *shortcut* does the same for JSON, compiled once from a field: it returns the value that
a method of the field would return, or raises one of ``DOUBTS``; then that method must be asked, which
also words the refusal. No rule is said again: the field's own ``to_internal_value`` judges, lengths are
read off its validators. A shortcut stands for the one function that it is registered for, so where a
class overrides that function, its own is called.
"""

import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import BaseValidator, MaxLengthValidator, MinLengthValidator
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field, SkipField

Shortcut = Callable[[Any], Any]
# Makes the shortcut of a field; None: of this one there is none.
Compiler = Callable[[Any], Shortcut | None]


class Doubt(Exception):
    """The value is not plainly right."""


DOUBTS = (Doubt, ValidationError, DjangoValidationError, SkipField)
_COMPILERS: dict[Any, Compiler] = {}


def stands_for(function: Any) -> Callable[[Compiler], Compiler]:
    """Register what compiles the shortcuts for a function, a method of a class of fields."""

    def register(compiler: Compiler) -> Compiler:
        _COMPILERS[function] = compiler
        return compiler

    return register


def compiled(field: Any, method: str) -> Shortcut | None:
    """Return the shortcut for a method of the field, or None if there is none."""
    compiler = _COMPILERS.get(getattr(type(field), method))
    return compiler and compiler(field)


def shortest(field: Any, method: str) -> Shortcut:
    """Return the shortcut for a method of the field, else the method."""
    return compiled(field, method) or getattr(field, method)


def has_usual(field: Any, base: type, *methods: str) -> bool:
    """Tell whether the field has these methods as ``base`` has them."""
    return all(getattr(type(field), name) is getattr(base, name) for name in methods)


def reading(field: Any) -> Shortcut | None:
    """Return what reads a value that is not null, and holds it to the validators."""
    if not has_usual(field, Field, "validate_empty_values", "run_validators"):
        return None
    if any(type(each) not in (MinLengthValidator, MaxLengthValidator) for each in field.validators):
        return None
    read = shortest(field, "to_internal_value")
    if not field.validators:
        return read
    least = max(_limits(field, MinLengthValidator), default=0)
    most = min(_limits(field, MaxLengthValidator), default=sys.maxsize)

    def accept(data: Any) -> Any:
        value = read(data)
        if not least <= len(value) <= most:
            raise Doubt
        return value

    return accept


def _limits(field: Any, validator: type[BaseValidator]) -> list[int]:
    return [each.limit_value for each in field.validators if isinstance(each, validator)]


@stands_for(Field.run_validation)
def _of_field(field: Any) -> Shortcut | None:
    read, may_be_null = reading(field), field.allow_null
    if read is None:
        return None

    def accept(data: Any) -> Any:
        if data is not None:
            return read(data)
        if not may_be_null:
            raise Doubt
        return None

    return accept
