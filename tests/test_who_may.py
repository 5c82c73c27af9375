"""`docs/who-may.md` is what the declarations say, and each role gets what it says, at every path."""

import re
from collections.abc import Iterator

import pytest

from astra.accounts.models import Account, Role
from astra.resources import registry
from astra.resources.places import Place
from docs import who_may
from tests import world
from tests.conftest import Api, made_api, number

OPERATIONS = {"GET": "read", "POST": "create", "PUT": "replace", "DELETE": "delete"}
_ROW = re.compile(r"^\| `(\w+)`.*? \| (.*) \|$", re.MULTILINE)


def table() -> dict[tuple[str, str], list[str]]:
    """Return what the page says: the operations by resource and role."""
    rows = {kind: cells.split(" | ") for kind, cells in _ROW.findall(who_may.PAGE.read_text())}
    return {
        (kind, role): cell.split(", ")
        for kind, cells in rows.items()
        for role, cell in zip(Role.values, cells[:-1], strict=True)
    }


def test_the_committed_page_is_up_to_date() -> None:
    assert who_may.PAGE.read_text() == who_may.page(), "write it by make docs"


def test_every_resource_is_on_the_page_once() -> None:
    kinds = [each.kind.name for each in registry.resources()]
    assert sorted(kind for kind, _ in _ROW.findall(who_may.PAGE.read_text())) == sorted(kinds)


def operations() -> Iterator[tuple[str, Place, str]]:
    """Yield every operation; last what an account does not survive."""
    places = [(each.kind.name, place) for each in registry.resources() for place in each.places]
    for kind, place in sorted(places, key=lambda each: each[1].is_top):
        for method in OPERATIONS:
            if method in place.methods:
                yield kind, place, method


def path_of(place: Place, method: str, api: Api) -> str:
    """Return the absolute path of an operation on what is not there; of accounts, on the caller's."""
    if place.is_top:
        return "/accounts" if method == "POST" else f"/accounts/{api.account.id}"
    ids = {f"{parent}_id": world.some_id() for parent in place.parents}
    below = f"/accounts/{api.account.id}/{place.path.format(**ids)}"
    return below if method == "POST" else f"{below}/{world.some_id()}"


@pytest.mark.parametrize("role", Role.values)
def test_each_role_gets_what_the_page_says(account: Account, role: str) -> None:
    may, api = table(), made_api(account, role)
    for kind, place, method in operations():
        response = api.call(method, path_of(place, method, api), {}, root=True)
        is_refused = response.status_code == 403 and number(response) == 11
        assert is_refused == (OPERATIONS[method] not in may[kind, role]), (place.path, method)


def test_whoever_calls_may_write_to_what_is_its_own_user_s(account: Account) -> None:
    viewer = made_api(account, Role.VIEWER)
    (own,) = (each for each in registry.resources() if each.own_users_write)
    body = {"type": own.kind.type, "version": own.kind.versions[0], "name": "mine"}
    tokens = f"core/v1/users/{viewer.user_id}/tokens"
    assert viewer.post(tokens, body).status_code == 201
    other = made_api(account, Role.VIEWER)
    assert number(other.post(tokens, body)) == 11
