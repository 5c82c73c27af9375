"""The JSON of fault rules: what comes in, closed and checked, and what goes out."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from astra.api import fields
from astra.api.clock import timestamp
from astra.api.media import with_values
from astra.api.serializers import ClosedSerializer, extended_error
from astra.faults.criteria import criterion_names
from astra.faults.effects.base import FateEffect, FractionField
from astra.faults.effects.registered import EFFECTS
from astra.faults.models import METHODS, NAME_MAX_LENGTH, PATTERN_MAX_LENGTH, FaultRule
from astra.faults.subjects import operations

# NUL is the one character that no text column can hold.
TEXT = "^[^\\x00]+$"


class PatternField(fields.StrictCharField):
    """A glob: `*`, `?` and `[…]`; case counts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pattern=TEXT, min_length=1, max_length=PATTERN_MAX_LENGTH, **kwargs)


class OperationField(fields.StrictCharField):
    """The name of an operation of the API."""

    default_error_messages = {"operation": "Must be one of {choices}."}

    def to_internal_value(self, data: Any) -> str:
        """Return the name; fails with `operation` when there is none of it."""
        value = super().to_internal_value(data)
        if value not in operations():
            self.fail("operation", choices=", ".join(operations()))
        return value


class MatchBody(ClosedSerializer):
    """What a rule matches; everything, if it says nothing."""

    operation = OperationField(required=False)
    method = fields.EnumField(METHODS, required=False, help_text="GET is HEAD, too.")
    path = PatternField(
        required=False,
        help_text="A pattern, whole or as it continues behind the account: `/core/v1/*`.",
    )
    name = PatternField(
        required=False, help_text="A pattern of the name of what the call is about: `night*`."
    )
    every = fields.IntegerField(
        least=1, required=False, help_text="Every n-th match, for example the third, sixth, ninth."
    )
    next = fields.IntegerField(
        least=1, required=False, help_text="Until it has acted so often; then it is used up."
    )
    probability = FractionField(
        required=False, help_text="Of each match, by the account's seeded dice."
    )
    until = fields.InstantField(
        required=False, help_text="Before this instant of the account's clock, in UTC."
    )

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, those of registered criteria behind the ones about the call itself."""
        declared: dict[str, Any] = super().get_fields()
        registered = {name: fields.IdentifierField(required=False) for name in criterion_names()}
        return {name: (declared | registered)[name] for name in criteria()}


_DECLARED = tuple(MatchBody._declared_fields)
_BEHIND = _DECLARED.index("path") + 1
# The columns that are not called like the member of `match`.
_PATTERNS = {"path": "path_pattern", "name": "name_pattern", "next": "next_count"}
COLUMNS = {member: _PATTERNS.get(member, member) for member in _DECLARED}


def criteria() -> tuple[str, ...]:
    """Return the members of `match`, in their order."""
    return (*_DECLARED[:_BEHIND], *criterion_names(), *_DECLARED[_BEHIND:])


class EffectField(serializers.Field[Any, Any, Any, Any]):
    """An effect: its type, and the parameters of that type beside it."""

    default_error_messages = {"not_an_object": "Must be an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return `type` and the validated parameters as they came; raises ``ValidationError``."""
        if not isinstance(data, Mapping):
            self.fail("not_an_object")
        kind = data.get("type")
        if not isinstance(kind, str) or kind not in EFFECTS:
            choices = ", ".join(f'"{name}"' for name in EFFECTS)
            raise ValidationError({"type": [f"Must be one of {choices}."]})
        parameters = {name: value for name, value in data.items() if name != "type"}
        EFFECTS[kind].parameters.shared().run_validation(parameters)
        return {"type": kind, "parameters": parameters}


class FaultRuleBody(ClosedSerializer):
    """The request body that makes a rule."""

    name = fields.StrictCharField(
        pattern=TEXT, min_length=1, max_length=NAME_MAX_LENGTH, required=False
    )
    enabled = fields.FlagField(required=False)
    match = MatchBody(required=False)
    effect = EffectField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a rule whose effect could never act on what it matches (problem 9)."""
        effect = EFFECTS[attrs["effect"]["type"]]
        operation = attrs.get("match", {}).get("operation")
        if (
            isinstance(effect, FateEffect)
            and operation is not None
            and operation not in effect.operations
        ):
            reason = f"{effect.name} decides about {', '.join(sorted(effect.operations))} only."
            raise extended_error("effect", reason)
        return attrs


class CallBody(ClosedSerializer):
    """The request body that asks what the rules would do to a call."""

    method = fields.EnumField((*METHODS, "HEAD"))
    path = fields.StrictCharField(pattern=TEXT, min_length=1)
    body = serializers.JSONField(required=False, allow_null=True)


def represent(rule: FaultRule) -> dict[str, Any]:
    """Return the JSON of a rule."""
    match = {member: getattr(rule, column) for member, column in COLUMNS.items()} | rule.about
    if rule.until:
        match["until"] = timestamp(rule.until)
    document = {
        "id": rule.id,
        "name": rule.name or None,
        "enabled": rule.is_enabled,
        "match": with_values({member: match.get(member) for member in criteria()}),
        "effect": {"type": rule.effect} | rule.parameters,
        "hits": rule.hits,
    }
    return with_values(document)
