"""Every resource keeps the contract, at each of its paths, in all that it offers there.

What no test class of its own covers gets one made from the declaration: a resource cannot be forgotten.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astra.resources import registry
from astra.resources.places import Place
from tests.contract import Lists, Resource, Retrieves
from tests.contract_tenants import Tenants
from tests.contract_writes import Creates, Deletes, Replaces
from tests.declared import Declared, contract_of

TESTS = Path(__file__).parent
_FROM = re.compile("from tests.(contract|declared) import")
OFFERED: dict[str, tuple[type[Any], ...]] = {
    "GET": (Lists, Retrieves),
    "POST": (Creates,),
    "PUT": (Replaces,),
    "DELETE": (Deletes,),
}
OF_TENANTS: dict[str, tuple[type[Any], ...]] = {
    "GET": (Tenants, Retrieves),
    "POST": (Tenants,),
    "PUT": (Replaces,),
    "DELETE": (Tenants,),
}


def _own_classes() -> Iterator[type[Resource]]:
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.stem != "test_contracts" and _FROM.search(path.read_text()):
            name = ".".join(path.relative_to(TESTS.parent).with_suffix("").parts)
            for value in vars(importlib.import_module(name)).values():
                is_test = isinstance(value, type) and value.__name__.startswith("Test")
                if is_test and issubclass(value, Resource):
                    yield value


def _missing(place: Place, own: list[type[Any]]) -> set[type[Any]]:
    """Return the parts of the contract that no class covers at a path."""
    here = [each for each in own if getattr(each, "path", None) == place.path]
    parts = OF_TENANTS if place.is_top else OFFERED
    offered = {part for method in place.methods for part in parts[method]}
    return {part for part in offered if not any(issubclass(each, part) for each in here)}


_OWN = list(_own_classes())
_MADE = [
    contract_of(resource, place)
    for resource in registry.resources()
    for place in resource.places
    if _missing(place, _OWN)
]
globals().update({f"{made.__name__}_{index}": made for index, made in enumerate(_MADE)})


@pytest.mark.parametrize("kind", [resource.kind.name for resource in registry.resources()])
def test_every_path_of_a_resource_is_under_contract(kind: str) -> None:
    for place in registry.resource(kind).places:
        assert not _missing(place, [*_OWN, *_MADE]), f"{kind} at {place.path}"


def test_what_has_no_class_of_its_own_gets_one_made() -> None:
    assert any(issubclass(made, Declared) for made in _MADE)
