"""What `filter` may name, of every resource, the database can compare."""

from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import pytest
from django.core.management import call_command

from astra.api.dice import NIL_ID
from astra.api.filters import LOOKUPS
from astra.api.problems import ApiProblem
from astra.api.query import Condition
from astra.api.rows import Parameter, Selection
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


@pytest.fixture
def demo(db: None) -> None:
    call_command("seed", "demo", verbosity=0)


def test_a_filter_that_is_compiled_for_any_literal_finds_what_it_finds_for_one(demo: None) -> None:
    found = 0
    for resource in registry.resources():
        rows = resource.members.with_derived(resource.rows())
        for path, member in resource.members.filters.by_path().items():
            for operator, text in zip(cycle(LOOKUPS), literals(rows, member), strict=False):
                condition = Condition(path, operator, text)
                value = member.literal(condition)
                if value is None:
                    continue
                shape = ((path, operator),)
                own = resource.members.filters.compare(rows, shape, [Parameter("literal")])
                fetched = Selection(own, ("id",), is_kept=False).fetch({"literal": value})
                expected = resource.members.filters.narrow(rows, (condition,), NOW)
                assert {row.id for row in fetched} == {str(row.id) for row in expected}, condition
                found += len(fetched)
    assert found > 500


def literals(rows: Any, member: Any) -> list[str]:
    """What a caller might compare a member with: something that is there, and what never is."""
    if member.expression is not None:
        return []
    stored = rows.values_list(member.field_name, flat=True).order_by("pk")[:5]
    texts = [
        value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
        for value in stored
    ]
    return [*texts, "zzz", "1"]
