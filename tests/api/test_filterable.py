"""What `filter` may name, of every resource, the database can compare."""

from datetime import UTC, datetime
from typing import Any

import pytest

from astra.api.dice import NIL_ID
from astra.api.problems import ApiProblem
from astra.api.query import Condition
from astra.resources import registry

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
# One of them is good for any member: an id, a number, an instant.
LITERALS = (str(NIL_ID), "1", "2026-01-05T12:00:00Z")


@pytest.mark.django_db
@pytest.mark.parametrize("operator", ["eq", "lt", "in"])
def test_every_member_can_be_compared(operator: str) -> None:
    for resource in registry.resources():
        rows = resource.members.with_derived(resource.rows())
        for path, member in resource.members.filters.by_path().items():
            rows = compared(rows, member, path, operator)
        assert list(rows) == [], resource.kind.name


def compared(rows: Any, member: Any, path: str, operator: str) -> Any:
    for literal in LITERALS:
        try:
            return member.matching(rows, Condition(path, operator, literal), NOW)
        except ApiProblem:
            continue
    raise AssertionError(path)
