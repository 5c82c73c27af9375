"""No pattern takes more than linear time, whatever text it is held against."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

from astra.api import patterns, quantities
from astra.api.serializers import ClosedSerializer
from astra.scenarios.schema import compile_schema
from tests.cost.ambiguity import is_ambiguous
from tests.families import FAMILIES

# These are held against a whole text only, or against one that another of them was held against.
WHOLE = {
    "astra.api.patterns._IDENTIFIER",
    "astra.api.quantities._ISO_PART",
    "astra.api.quantities._SHORT_PART",
    "astra.api.quantities._SIZE_PARTS",
    "astra.api.query._CLAUSE",
    "astra.api.query._WHOLE",
    "backups.recurrence._RULE",
}
MODULES = [
    found.name
    for package in map(importlib.import_module, ("astra", *FAMILIES))
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.name.endswith(".__main__") and ".migrations" not in found.name
]


def compiled() -> Iterator[tuple[str, str]]:
    """Yield every compiled pattern of the service by the name of what holds it."""
    for module in map(importlib.import_module, MODULES):
        for name, value in vars(module).items():
            for each in value.values() if isinstance(value, dict) else (value,):
                if isinstance(each, re.Pattern):
                    assert not each.flags & ~re.UNICODE, f"{module.__name__}.{name}"
                    yield f"{module.__name__}.{name}", each.pattern


def of_fields() -> set[str]:
    """The patterns that members of bodies are held to."""

    def walk(kind: type[ClosedSerializer]) -> Iterator[str]:
        for each in kind.__subclasses__():
            yield from walk(each)
        try:
            fields = kind().fields.values()
        except (AttributeError, NotImplementedError, AssertionError):
            return
        for field in fields:
            for one in (field, getattr(field, "child", None)):
                if (pattern := getattr(one, "pattern", None)) is not None:
                    yield pattern.pattern

    return set(walk(ClosedSerializer))


def of_schema(schema: Any) -> Iterator[str]:
    """Yield the patterns that a scenario is held to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for each in schema.values():
            yield from of_schema(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from of_schema(each)


def test_no_pattern_of_the_code_takes_longer_than_its_text() -> None:
    found = dict(compiled())
    assert found.keys() > WHOLE
    slow = [name for name, pattern in compiled() if is_ambiguous(pattern, search=name not in WHOLE)]
    assert slow == []


def test_no_pattern_of_a_body_or_a_scenario_takes_longer_than_its_text() -> None:
    declared = {patterns.TIMESTAMP, quantities.SHORT_DURATION, quantities.ISO_DURATION}
    scenarios = set(of_schema(compile_schema()))
    # The library looks for them at every place.
    assert {pattern for pattern in scenarios if not pattern.startswith("^")} == set()
    found = of_fields() | scenarios
    assert found > declared
    assert [each for each in sorted(found) if is_ambiguous(each, search=False)] == []


@pytest.mark.parametrize(
    ("pattern", "search"),
    [
        ("(a+)+b", False),
        ("(ab|[ab]b)*c", False),
        ("a*a*b", False),
        (r"(x|y)*[a-z]*\d", False),
        ("[^,]*,?[^,]*$", False),
        (r"\s+x", True),
        (r"(?:token|\\u[0-9a-f]{4}[^\"]*)[\"']?\s*[:=]", True),
        (r"(?<![a-m])[\w.-]++:", True),
    ],
)
def test_patterns_that_do(pattern: str, search: bool) -> None:
    assert is_ambiguous(pattern, search=search)


@pytest.mark.parametrize(
    ("pattern", "search"),
    [
        ("(ab*)*c", False),
        ("[a-z]([-a-z0-9]*[a-z0-9])?$", False),
        ("([0-9]+,)*[0-9]+", False),
        ("/{2,}", True),
        (r"token\s*=", True),
        (r"(?<![\w.-])[\w.-]++:", True),
        (r"a++\d++b", False),
    ],
)
def test_patterns_that_do_not(pattern: str, search: bool) -> None:
    assert not is_ambiguous(pattern, search=search)
