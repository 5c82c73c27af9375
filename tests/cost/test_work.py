"""What the service does for a call, and what it keeps of it, does not run away from what was sent.

Work is counted, in calls of functions or comparisons of values: never timed.
"""

import gc
import sys
from collections.abc import Callable
from functools import _lru_cache_wrapper
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from astra.accounts.callers import Caller
from astra.accounts.metadata import restamp
from astra.api import fields, media
from astra.api.query import MOST_CONDITIONS
from astra.api.requests import TolerantRequest
from astra.api.serializers import read_only_labels
from astra.scenarios.documents import Source
from astra.scenarios.loading import check_scenario, collect_items
from astra.scenarios.schema import _validator
from astra.server import entrance
from backups.models import Bucket
from tests import world
from tests.conftest import Api, invalid, number
from tests.families import FAMILIES

MANY = 300


class Counted(dict[str, Any]):
    """A JSON object that counts how often objects are compared."""

    compared = 0
    __hash__ = None

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)


@pytest.fixture(autouse=True)
def _nothing_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "compared", 0)


def counted(prefix: str = "") -> list[Counted]:
    return [Counted(name=f"{prefix}{index}", value="x") for index in range(MANY)]


def calls_of(work: Callable[[], Any]) -> int:
    """How many functions are called, of Python or of C."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


class AsItIs(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Any:
        return data


def test_elements_are_not_compared_in_pairs() -> None:
    field = fields.UniqueListField(child=AsItIs())
    assert len(field.run_validation(counted())) == MANY
    with pytest.raises(serializers.ValidationError):
        field.run_validation([*counted(), Counted(value="x", name="7")])
    assert Counted.compared == 0


def test_nor_are_those_of_a_scenario() -> None:
    def work(count: int) -> Callable[[], Any]:
        elements = [{"name": str(index), "value": "x"} for index in range(count)]
        validator = _validator()({"uniqueItems": True})
        assert not validator.is_valid([*elements, {"value": "x", "name": "7"}])
        return lambda: validator.validate(elements)

    assert calls_of(work(80)) < 3 * calls_of(work(40))


def test_nor_are_labels_with_those_that_are_there() -> None:
    prefix = "astra.netapp.io/labels/read-only/"
    own, sent = counted(prefix), counted(prefix)
    assert read_only_labels(sent, allowed=own) == []
    row = Bucket(labels=own, modified_at=world.START)
    caller = SimpleNamespace(now=lambda: world.START, user_id=None)
    body = {"metadata": {"labels": [*sent, *counted()]}}
    restamp(row, cast(Caller, caller), body)
    assert len(row.labels) == 2 * MANY
    assert Counted.compared == 0


def test_what_a_scenario_names_is_not_looked_for_one_by_one() -> None:
    def work(count: int) -> Callable[[], None]:
        names = [f"n{number}" for number in range(count)]
        buckets = [{"name": name, "createdBy": f"{name}@x"} for name in names]
        users = [{"email": f"{name}@x", "role": "viewer"} for name in names]
        account = {"name": "one", "users": users, "buckets": buckets}
        document = check_scenario(Source("body", {"scenario": "s", "accounts": [account]}))
        items = collect_items(document, scenario="s")

        def find() -> None:
            for item in items["buckets"]:
                assert item.find("users", "createdBy").name == item.values["createdBy"]
                object.__setattr__(item, "values", {"name": item.name})
                item.created_by  # noqa: B018
                object.__setattr__(
                    item, "values", {"name": item.name, "createdBy": f"{item.name}@x"}
                )

        return find

    assert calls_of(work(80)) < 3 * calls_of(work(40))


@pytest.mark.parametrize("header", ["a/b{};", 'a/b;"{};', "a/b{};x*0*=a;"])
def test_the_parameters_of_a_content_type_are_not_read_without_end(header: str) -> None:
    def work(count: int) -> Callable[[], Any]:
        begin, _, unit = header.partition("{}")
        environ = RequestFactory().get("/").environ | {"CONTENT_TYPE": begin + count * unit}
        return lambda: TolerantRequest(environ)

    assert calls_of(work(2_000)) == calls_of(work(1_000))


@pytest.mark.parametrize("unit", ["\\", '\\"', "\\001", ";", "a=b;", " "])
def test_cookies_are_not_unquoted(unit: str) -> None:
    def work(count: int) -> Callable[[], Any]:
        environ = RequestFactory().get("/").environ | {"HTTP_COOKIE": f'a="{count * unit}"'}
        return lambda: TolerantRequest(environ).COOKIES

    assert calls_of(work(2_000)) == calls_of(work(1_000))


@pytest.mark.parametrize("unit", ["a/b,", "a/b;q=1,", ";", 'a/b;"', "application/json,"])
def test_an_accept_header_is_not_read_without_end(unit: str) -> None:
    def work(count: int) -> Callable[[], Any]:
        return lambda: media._choose(count * unit, None)

    assert calls_of(work(2_000)) == calls_of(work(1_000))


@pytest.mark.parametrize("unit", ["a/b,", "text/html,"])
def test_nor_where_a_page_may_be_asked_for(unit: str) -> None:
    def work(count: int) -> Callable[[], Any]:
        request = RequestFactory(headers={"Accept": count * unit}).get("/")
        return lambda: entrance._wants_page(request)

    assert calls_of(work(2_000)) == calls_of(work(1_000))


def test_what_stands_first_in_an_accept_header_counts() -> None:
    ranges = ["a/b"] * 63
    assert media._choose(",".join([*ranges, "application/json"]), None) == media.JSON
    assert media._choose(",".join(["a" * 300, "application/json"]), None) == media.JSON


def kept() -> int:
    """How much is remembered of earlier calls, in all caches of the service."""
    ours = tuple(f"{name}." for name in ("astra", *FAMILIES))
    found = (each for each in gc.get_objects() if type(each) is _lru_cache_wrapper)
    return sum(each.cache_info().currsize for each in found if each.__module__.startswith(ours))


def test_nothing_of_what_a_caller_makes_up_is_remembered(api: Api) -> None:
    anybody = Api(api.account, None)

    def call(text: str) -> None:
        for who in (anybody, api):
            for method in ("GET", "POST", text.upper()):
                who.call(method, f"k8s/v2/apps/{text}?{text}=1", {text: 1}, Accept=f"a/{text}")
            who.get("k8s/v2/apps", Accept=f"application/json,a/{text}", If_Match=text)
            who.get("k8s/v2/apps", Authorization=f"Bearer {text}")

    call("a" * 1_000)
    before = kept()
    call("b" * 1_000)
    assert kept() == before


@pytest.mark.parametrize("path", ["name", "id", "state", "metadata.labels[*].name"])
def test_however_many_values_are_asked_for_the_statement_is_the_same(api: Api, path: str) -> None:
    def statements(count: int) -> list[str]:
        values = ",".join(str(world.some_id()) for _ in range(count))
        with CaptureQueriesContext(connection) as captured:
            api.read(f"k8s/v2/apps?filter={path} in '{values}'")
        return [each["sql"] for each in captured]

    assert statements(2) == statements(30) != []


def test_a_filter_has_so_many_clauses_and_no_more(api: Api) -> None:
    clauses = ["name eq 'a'"] * MOST_CONDITIONS
    assert api.get(f"k8s/v2/apps?filter={','.join(clauses)}").status_code == 200
    for query in (f"{','.join(clauses)},name eq 'b'", f"{','.join(clauses)}&filter=name eq 'b'"):
        refused = api.get(f"k8s/v2/apps?filter={query}")
        assert (number(refused), invalid(refused)) == (5, ["filter"])


def test_a_length_that_no_body_has_is_too_large(api: Api) -> None:
    length = {"CONTENT_LENGTH": "9" * 5_000}
    assert api.call("POST", "k8s/v2/apps", "x", environ=length).status_code == 413
