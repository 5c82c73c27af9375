"""Which commands of the client the tests type, so that none can be forgotten."""

from collections.abc import Callable
from typing import TypeVar

import pytest

# All tests of the client share one service and one process that runs the commands.
CLIENT = [pytest.mark.server, pytest.mark.unmeasured, pytest.mark.xdist_group("client")]
_typed: set[str] = set()
_Test = TypeVar("_Test", bound=Callable[..., None])


def types(*commands: str) -> Callable[[_Test], _Test]:
    """Mark a test that has these commands succeed, and be refused: `create backup`, `clone`."""

    def mark(test: _Test) -> _Test:
        _typed.update(commands)
        return test

    return mark


def typed() -> set[str]:
    """Return the commands that the imported tests type."""
    return set(_typed)
