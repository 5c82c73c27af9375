"""The short way through a body never leaves out what a class does of its own."""

from collections.abc import Mapping
from typing import Any
from unittest import mock

import pytest
from django.core.validators import RegexValidator
from rest_framework import serializers

from astra.api import fields
from astra.api.problems import ApiProblem
from astra.api.serializers import ClosedSerializer, extended_error
from astra.api.shortcuts import compiled

SENT: list[Any] = [
    {"name": value} for value in ("a", "no", "", "a\0", None, 1, [], ["x"], ["x", "y"])
]
SENT += [{"name": {"name": value}} for value in ("a", "no", None)] + [{}]


class Text(fields.StrictCharField):
    """A text without rules."""


class ReadOtherwise(Text):
    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class RunOtherwise(Text):
    def run_validation(self, data: Any = serializers.empty) -> Any:
        return f"{super().run_validation(data)}!"


class EmptyOtherwise(Text):
    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return True, "always this"


class CheckedOtherwise(Text):
    def run_validators(self, value: Any) -> None:
        self.fail("invalid")


class FoundOtherwise(Text):
    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        return "from elsewhere"


class ElementsOtherwise(fields.UniqueListField):
    child = Text()

    def run_child_validation(self, data: Any) -> list[Any]:
        return ["no element"]


class MemberChecked(ClosedSerializer):
    name = Text()

    def validate_name(self, value: str) -> str:
        return value * 2


class ReadAsAWhole(ClosedSerializer):
    name = Text()

    def to_internal_value(self, data: Any) -> Any:
        return {"read": data}


class RunAsAWhole(ClosedSerializer):
    name = Text()

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return {"run": super().run_validation(data)}


class CheckedAsAWhole(ClosedSerializer):
    name = Text()

    def validate(self, attrs: Any) -> Any:
        if attrs["name"] == "no":
            raise extended_error("name", "Must not be no.")
        return {"checked": attrs.pop("name")}


def _refuse(value: Any) -> None:
    raise serializers.ValidationError("Must be otherwise.")


class CheckedByMeta(ClosedSerializer):
    name = Text()

    class Meta:
        validators = [_refuse]


def _object(member: Any) -> type[ClosedSerializer]:
    return type("Body", (ClosedSerializer,), {"__module__": __name__, "name": member})


@pytest.mark.parametrize(
    "body",
    [
        _object(ReadOtherwise()),
        _object(RunOtherwise()),
        _object(EmptyOtherwise()),
        _object(CheckedOtherwise()),
        _object(FoundOtherwise()),
        _object(Text(validators=[RegexValidator("^[ax]+$")])),
        _object(Text(source="column")),
        _object(Text(read_only=True)),
        _object(Text(required=False, default="b")),
        _object(Text(allow_null=True)),
        _object(Text(allow_blank=False)),
        _object(fields.NumberField(allow_null=True)),
        _object(ElementsOtherwise()),
        _object(fields.UniqueListField(child=ReadOtherwise())),
        _object(fields.UniqueListField(child=Text(), allow_empty=False)),
        _object(fields.UniqueListField(child=Text(), max_length=1)),
        *(MemberChecked, ReadAsAWhole, RunAsAWhole, CheckedAsAWhole, CheckedByMeta),
        _object(MemberChecked()),
        _object(RunAsAWhole()),
        _object(CheckedAsAWhole()),
        _object(CheckedByMeta()),
    ],
)
def test_what_a_class_does_of_its_own_is_done(body: type[ClosedSerializer]) -> None:
    outcomes = [outcome(body, sent) for sent in SENT]
    with mock.patch.object(ClosedSerializer, "_shortcut", None):
        slow = type("Slow", (body,), {"__module__": __name__})
        assert outcomes == [outcome(slow, sent) for sent in SENT]


def outcome(body: type[ClosedSerializer], sent: Any) -> Any:
    try:
        return body.parse(sent)
    except ApiProblem as refused:
        return refused.as_json("")


def test_a_partial_update_fills_in_no_default() -> None:
    body = _object(Text(required=False, default="b"))
    assert body(partial=True).run_validation({}) == {}
    assert body().run_validation({}) == {"name": "b"}


def test_a_class_that_does_something_of_its_own_has_no_short_way() -> None:
    own = (MemberChecked, ReadAsAWhole, RunAsAWhole, CheckedByMeta)
    assert [compiled(body(), "run_validation") for body in own] == [None] * len(own)
    assert compiled(CheckedAsAWhole(), "run_validation") is not None
