"""The short way through a body and DRF's: they take the same, and make the same of it."""

import copy
import itertools
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from astra.api.serializers import ClosedSerializer
from astra.api.shortcuts import DOUBTS, compiled
from astra.apidocs.shapes import example_of
from astra.faults.effects.registered import EFFECTS
from astra.faults.subjects import operations
from astra.resources import registry
from tests.properties.fuzzing import fuzzed

IDENTIFIER = "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
INSTANT = "2022-10-06T20:58:16.305662Z"
TEXTS = ["", "a", "a-b", "A", "*", "5", "US", "a/b", "/a/b", "a\0", "a\n", "PT1H", "3d", "a@b"]
TEXTS += ["http://a.example/b"]
TEXTS += ["a" * length for length in (31, 32, 63, 64, 511, 512, 1024)]
TEXTS += ["application/astra-app", "24.2.0", "astra.app.failed", f"sha256:{'0' * 64}"]
TEXTS += [
    "app-create",
    IDENTIFIER,
    IDENTIFIER.upper(),
    INSTANT,
    "2022-13-06T20:58:16Z",
    *operations(),
]
# Each is right for some member, and wrong for most.
POOL: list[Any] = [*TEXTS, None, True, False, 0, 1, -1, 1.0, 0.5, 107, 429, 10**20, 1e300]
POOL += [[], ["a"], ["a", "a"], {}, {"a": 1}]
POOL += [{"type": name, **effect.example} for name, effect in EFFECTS.items()]


def right(field: Any) -> st.SearchStrategy[Any]:
    """Return values that are right for a field, but for what a serializer's ``validate`` says."""
    if isinstance(field, ClosedSerializer):
        members = {name: right(each) for name, each in field.fields.items()}
        must = {name: members[name] for name, each in field.fields.items() if each.required}
        return st.fixed_dictionaries(
            must, optional={name: members[name] for name in members if name not in must}
        )
    if isinstance(field, serializers.ListField):
        return st.lists(right(field.child), min_size=field.min_length or 0, max_size=2)
    return st.sampled_from(
        [each for each in (*getattr(field, "allowed", ()), *POOL) if is_taken(field, each)]
    )


def is_taken(field: Any, data: Any) -> bool:
    try:
        field.run_validation(data)
    except ValidationError:
        return False
    return True


@st.composite
def nearly(draw: st.DrawFn, bodies: st.SearchStrategy[Any]) -> Any:
    """Draw a body that is right, or one of which a part, at any depth, is another or absent."""
    body = copy.deepcopy(draw(bodies))
    if draw(st.booleans()):
        part, key = draw(st.sampled_from([*places_in(body)]))
        if isinstance(part, dict) and key in part and draw(st.booleans()):
            del part[key]
        else:
            part[key] = draw(st.sampled_from(POOL))
    return body


def places_in(part: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place in a body that something may be put at: what it is in, and its key."""
    if isinstance(part, dict):
        yield part, "nosuch"
    items = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in items:
        yield part, key
        if isinstance(value, dict | list):
            yield from places_in(value)


def within(field: Any) -> Iterator[Any]:
    """Yield a field and those of its parts."""
    yield field
    children = [*field.fields.values()] if isinstance(field, ClosedSerializer) else []
    children += [field.child] if isinstance(field, serializers.ListField) else []
    for child in children:
        yield from within(child)


def bodies_of_the_product() -> list[type[ClosedSerializer]]:
    """Return every class of objects that is not a part of another, those of the resources first."""
    found = [each for resource in registry.resources() for each in resource.members.serializers]
    for known in itertools.chain[type[ClosedSerializer]]([ClosedSerializer], found):
        found += [each for each in known.__subclasses__() if each not in found]
    found = [each for each in found if not each.__module__.startswith("tests.")]
    parts = {type(field) for each in found for field in list(within(each()))[1:]}
    return [each for each in found if each not in parts]


def test_every_member_of_every_body_has_a_short_way() -> None:
    every = [field for body in bodies_of_the_product() for field in within(body())]
    assert [field for field in every if compiled(field, "run_validation") is None] == []


@pytest.mark.parametrize("body", bodies_of_the_product(), ids=lambda each: each.__qualname__)
def test_the_short_way_takes_what_drf_takes_and_makes_the_same_of_it(
    body: type[ClosedSerializer],
) -> None:
    shortcut, usual = compiled(body(), "run_validation"), body()
    assert shortcut is not None
    taken = 0

    @settings(fuzzed, max_examples=12)
    @given(nearly(right(usual)))
    def agree(sent: Any) -> None:
        nonlocal taken
        try:
            with mock.patch.object(ClosedSerializer, "_shortcut", None):
                expected = usual.run_validation(sent)
        except ValidationError:
            with pytest.raises(DOUBTS):
                shortcut(sent)
        else:
            taken += 1
            # As text, so that the order of the members counts, and 1 is not True.
            assert repr(shortcut(sent)) == repr(expected)

    (example(example_of(body))(agree) if hasattr(body, "example") else agree)()
    assert taken
