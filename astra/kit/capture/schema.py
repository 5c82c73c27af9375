"""The published schema of scenarios, and what it says of how the API has each section."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAME = "scenario.schema.json"
# Beside this package where it is installed by itself, else where the service has it.
_PLACES = (
    Path(__file__).parents[1] / _NAME,
    Path(__file__).parents[2] / "scenarios" / _NAME,
)
_DEFINITIONS = "#/$defs/"
AS_READ = "asRead"
# What every item may say, and answers have in `id` and `metadata`.
COMMON = {"id", "labels", "createdBy", "age", "createdAt", "modifiedAt"}


@functools.cache
def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of scenarios."""
    document: dict[str, Any] = json.loads(
        next(place for place in _PLACES if place.exists()).read_text()
    )
    return document


@dataclass(frozen=True, slots=True)
class Section:
    """A section of scenarios: ``key`` is what names an item in it, ``path`` its collection's.

    ``references``: the member of answers that each reference is, and the section that it names;
    ``properties``: the JSON Schema of what else an item says; ``further``: of what it says as it was
    read; ``inner``: the names of the sections in it.
    """

    name: str
    key: str
    path: str | None
    references: Mapping[str, tuple[str, str]]
    properties: Mapping[str, Any]
    further: Mapping[str, Any]
    required: tuple[str, ...]
    inner: tuple[str, ...]

    @property
    def is_read(self) -> bool:
        """Whether the API lists it."""
        return self.path is not None


@functools.cache
def section(name: str) -> Section:
    """Return a section by its name. Raises ``KeyError``."""
    definition = schema()["$defs"][name]
    own = definition["properties"]
    inner = tuple(each for each in own if own[each].get("items", {}).get("$ref", "") == _ref(each))
    api = definition.get("x-api", {})
    references = {each: tuple(said) for each, said in api.get("references", {}).items()}
    return Section(
        name=name,
        key=definition["required"][0],
        path=api.get("path"),
        references=references,
        properties={
            each: resolved(own[each])
            for each in own
            if each not in COMMON
            and each not in inner
            and each not in references
            and each != AS_READ
        },
        further={
            each: resolved(of) for each, of in own.get(AS_READ, {}).get("properties", {}).items()
        },
        required=tuple(definition["required"][1:]),
        inner=inner,
    )


@functools.cache
def chosen(name: str) -> frozenset[str]:
    """Return the members of a section's items that have one of a few values; none if it is no section."""
    if "properties" not in schema()["$defs"].get(name, {}):
        return frozenset()
    of = section(name)
    return frozenset(each for each, its in {**of.further, **of.properties}.items() if "enum" in its)


def inner_sections(name: str) -> Iterator[Section]:
    """Yield the sections in a section."""
    for each in section(name).inner:
        yield section(each)


def resolved(of: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema with what it refers to in its place."""
    if of.get("$ref", "").startswith(_DEFINITIONS):
        return {**schema()["$defs"][of["$ref"].removeprefix(_DEFINITIONS)], **of}
    return of


def _ref(name: str) -> str:
    return _DEFINITIONS + name
