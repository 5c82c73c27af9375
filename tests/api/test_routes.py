"""Every route of the API, found by walking the URL patterns, so that a new one cannot forget who
may call it. Source: `docs/architecture.md`, 'Order of refusals' and 'Roles'.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from astra.accounts.models import Account, Role
from astra.api.query import COLLECTION_PARAMETERS
from astra.api.views import UnknownRoute
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract import ALL_METHODS, QUERY_COUNTS
from tests.reference import load

WRITES = {"POST", "PUT", "DELETE", "PATCH"}


@dataclass(frozen=True)
class Route:
    """A pattern below `/accounts`, and the view behind it; no path names what is the caller's."""

    pattern: str
    view: Any

    @property
    def methods(self) -> set[str]:
        """The methods that the view offers."""
        return {
            name.upper() for name in self.view.http_method_names if hasattr(self.view, name)
        } | {"HEAD"}

    def path(self, account: Account) -> str:
        """A path of the route in an account, with ids that name nothing."""
        text = self.pattern.replace("<str:account_id>", str(account.id))
        return "/" + re.sub("<[^>]+>", lambda _: str(world.some_id()), text)


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern)
        else:
            yield pattern, entry


def _views() -> Iterator[tuple[str, Any]]:
    for pattern, entry in _walk(get_resolver()):
        yield pattern, getattr(entry.callback, "cls", None) or entry.callback


ROUTES = [
    Route(pattern, view)
    for pattern, view in _views()
    if pattern.startswith("accounts/<str:account_id>") and view is not UnknownRoute
]
every_route = pytest.mark.parametrize("route", ROUTES, ids=[route.pattern for route in ROUTES])


def test_every_pattern_of_the_api_is_walked() -> None:
    outside = sorted(
        pattern
        for pattern, view in _views()
        if "accounts" in pattern.split("/")[0] and view not in [route.view for route in ROUTES]
    )
    assert outside == ["^accounts/(?P<account_id>[^/]*)/(?P<rest>.*)$", "accounts"]
    assert len(ROUTES) >= 12
    assert all(callable(getattr(route.view, "get", None)) for route in ROUTES)


@every_route
def test_a_token_of_another_account_is_refused_whatever_it_asks(
    route: Route, account: Account, stranger: Api
) -> None:
    for method in sorted(ALL_METHODS):
        response = stranger.call(method, route.path(account), {}, root=True)
        assert response.status_code == 403
        assert method == "HEAD" or number(response) == 11


@every_route
def test_an_account_that_does_not_exist_is_refused_alike(
    route: Route, account: Account, stranger: Api
) -> None:
    absent = Account(id=world.some_id())
    for method in sorted(ALL_METHODS - {"HEAD"}):
        assert number(stranger.call(method, route.path(absent), {}, root=True)) == 11


@every_route
def test_without_a_token_nothing_is_answered(route: Route, account: Account) -> None:
    for method in sorted(ALL_METHODS - {"HEAD"}):
        for token, problem in ((None, 3), ("unknown", 4)):
            response = Api(account, token).call(method, route.path(account), {}, root=True)
            assert (number(response), response["WWW-Authenticate"]) == (problem, "Bearer")


@every_route
def test_a_viewer_reads_and_never_writes(
    route: Route, account: Account, as_role: Callable[[str], Api]
) -> None:
    viewer = as_role("viewer")
    writes = route.methods & WRITES if route.view.write_role != Role.VIEWER else set()
    for method in sorted(writes):
        assert number(viewer.call(method, route.path(account), {}, root=True)) == 11
    response = viewer.call("GET", route.path(account), root=True)
    # What asks the directory of an account that has none is problem 34, whoever asks.
    assert response.status_code in (200, 404) or number(response) == 34


@every_route
def test_a_role_that_is_too_weak_never_writes(
    route: Route, account: Account, as_role: Callable[[str], Api]
) -> None:
    for role in Role:
        permitted = role.permits(Role(route.view.write_role))
        caller = as_role(role)
        for method in sorted(route.methods & WRITES):
            # A query that no write takes: what a permitted caller is refused for.
            response = caller.call(method, f"{route.path(account)}?x=y", {}, root=True)
            assert number(response) == (6 if permitted else 11)


@every_route
def test_a_method_that_is_not_offered_is_problem_69_with_what_is(
    route: Route, account: Account, api: Api
) -> None:
    for method in sorted(ALL_METHODS - route.methods):
        response = api.call(method, route.path(account), {}, root=True)
        assert (number(response), response.status_code) == (69, 405)
        assert set(response["Allow"].split(", ")) == route.methods


@every_route
def test_an_id_that_is_none_is_not_found(route: Route, account: Account, api: Api) -> None:
    names = re.findall("<str:([^>]+)>", route.pattern)[1:]
    for name in names:
        text = route.pattern.replace("<str:account_id>", str(account.id))
        path = "/" + re.sub("<[^>]+>", str(world.some_id()), text.replace(f"<str:{name}>", "x"))
        for method in sorted(ALL_METHODS - {"HEAD"}):
            expected = 1 if method in ("PUT", "DELETE") else 2
            if said := route.view.misses.get(method):
                expected = said.number
            assert number(api.call(method, path, {}, root=True)) == expected


@every_route
def test_every_operation_is_one_of_the_published_document(route: Route, account: Account) -> None:
    judge = load()
    if judge is None:
        pytest.skip("the published document is not here")
    for method in sorted(route.methods):
        assert judge.operation(method, route.path(account)), f"{method} {route.pattern}"


UNKNOWN = [
    "nowhere",
    "k8s",
    "k8s/v1",
    "k8s/v1/apps",
    "k8s/v3/apps",
    "k8s/v2/App",
    "topology/v1/appBackups/{id}/nowhere",
    "topology/v2/buckets",
    "%00",
    "..",
    "k8s/v2/apps/{id}%2fx",
    "\N{SNOWMAN}",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_route_is_problem_2_once_the_caller_is_known(
    api: Api, stranger: Api, path: str
) -> None:
    path = f"/accounts/{api.account.id}/{path.format(id=world.some_id())}"
    for method in sorted(ALL_METHODS - {"HEAD"}):
        assert number(api.call(method, path, {}, root=True)) == 2
        assert number(stranger.call(method, path, {}, root=True)) == 11
        assert number(Api(api.account, None).call(method, path, {}, root=True)) == 3


@pytest.mark.parametrize("path", ["/accountsx", "/accounts.json", "/simulator/v1/nowhere"])
def test_a_route_beside_the_accounts_is_problem_2(api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert number(api.call(method, path, {}, root=True)) == 2


@pytest.mark.parametrize("account_id", ["x", "0", "%00", "\N{SNOWMAN}", "{upper}"])
def test_an_account_id_that_is_none_is_not_the_caller_s(api: Api, account_id: str) -> None:
    text = account_id.format(upper=str(api.account.id).upper())
    for below in ("", "/k8s/v2/apps", "/nowhere"):
        assert number(api.call("GET", f"/accounts/{text}{below}", root=True)) == 11


def _published_parameters(route: Route, account: Account) -> set[str]:
    judge = load()
    if judge is None:
        pytest.skip("the published document is not here")
    operation = judge.operation("GET", route.path(account))
    assert operation is not None
    template = operation.name.removeprefix("GET ")
    declared = judge.document["paths"][template]["get"].get("parameters", [])
    return {parameter["name"] for parameter in declared if parameter["in"] == "query"}


@every_route
def test_a_strict_service_takes_the_published_parameters_and_no_others(
    route: Route, account: Account, api: Api, settings: Any
) -> None:
    published = _published_parameters(route, account)
    settings.ASTRA = dataclasses.replace(settings.ASTRA, strict_queries=True)
    for name in sorted(COLLECTION_PARAMETERS):
        # Malformed on purpose: a parameter that is taken is problem 5, any other 6.
        response = api.call("GET", f"{route.path(account)}?{name}=%21", root=True)
        assert (number(response), invalid(response)) == (5 if name in published else 6, [name])


# A caller can delete its own account only, and is then none any more.
UNCOUNTED = {("delete", "accounts")}


def _operations() -> Iterator[tuple[str, str]]:
    """Every operation of the API as the contract calls it, and the path of its collection."""
    names = {"POST": "create", "PUT": "replace", "DELETE": "delete"}
    for route in ROUTES:
        path = re.sub("<str:([^>]+)>", r"{\1}", route.pattern)
        is_list = route.view.is_list
        collection = path if is_list else path.rpartition("/")[0]
        below = collection.removeprefix("accounts/{account_id}").strip("/")
        below = below.removeprefix("accounts") or "accounts"
        for method in sorted(route.methods - {"HEAD"}):
            name = names.get(method, "list" if is_list else "retrieve")
            if (name, below) != ("list", "accounts"):
                yield name, below


def test_every_operation_has_a_reviewed_number_of_statements() -> None:
    """Which its contract test compares; so no resource can go without one."""
    counted = {tuple(key.split(" ")) for key in QUERY_COUNTS}
    assert set(_operations()) - counted == UNCOUNTED
    assert counted <= set(_operations())
