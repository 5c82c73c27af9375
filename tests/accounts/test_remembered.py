"""A caller that a process remembers decides nothing: what another process changes counts at once."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from astra.accounts.callers import caller_of, remembered
from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, RoleBinding, Token, User
from astra.api.clock import timestamp
from backups.models import App, AppBackup
from tests import world
from tests.conftest import Api, number

pytestmark = pytest.mark.django_db

GOOD: Mapping[str, Any] = {"type": "application/astra-appBackup", "version": "1.1"}
BAD: Mapping[str, Any] = {"type": "application/astra-appBackup", "version": "none"}


@pytest.fixture
def account(db: None) -> Account:
    """Its clock runs: under one that stands still nobody is remembered."""
    return world.make_account(mode=ClockMode.REAL)


@pytest.fixture
def path(app: App) -> str:
    return f"k8s/v1/apps/{app.id}/appBackups"


@pytest.fixture
def known(api: Api, app: App, path: str) -> Api:
    """Somebody whom the process remembers, and of whose app it knows."""
    world.make_bucket(app.account)
    assert api.post(path, GOOD).status_code == 201
    assert "accounts_token" in statements(lambda: api.get("core/v1/users"))[0]
    return api


def statements(call: Callable[[], HttpResponse]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries if "journal" not in query["sql"]]


def test_a_remembered_caller_is_proved_by_the_statement_that_does_the_work(
    known: Api, path: str
) -> None:
    assert len(statements(lambda: known.post(path, GOOD))) == 1
    assert len(statements(lambda: known.get(path))) == 1
    made = AppBackup.objects.first()
    assert made is not None
    assert len(statements(lambda: known.get(f"{path}/{made.id}"))) == 1


def test_whoever_has_thousands_of_constraints_is_not_remembered(account: Account) -> None:
    for number_of, is_remembered in ((100, True), (101, False)):
        user = world.make_user(account, None)
        names = [f"namespaces:name='n{each}'" for each in range(number_of)]
        world.bind(user, "member", constraints=names)
        token = world.make_token(user)
        caller_of(token)
        assert (remembered(token) is not None) is is_remembered


def revoked(api: Api) -> None:
    Token.objects.all().delete()


def expired(api: Api) -> None:
    Token.objects.update(expires_at=api.account.now() - timedelta(seconds=1))


def disabled(api: Api) -> None:
    User.objects.filter(id=api.user_id).update(is_enabled=False)


def suspended(api: Api) -> None:
    Account.objects.filter(id=api.account.id).update(is_enabled=False)


def unbound(api: Api) -> None:
    RoleBinding.objects.filter(user_id=api.user_id).delete()


def demoted(api: Api) -> None:
    RoleBinding.objects.filter(user_id=api.user_id).update(role="viewer")


CHANGES = [(revoked, 4), (expired, 4), (disabled, 11), (suspended, 11), (unbound, 11)]


@pytest.mark.parametrize("body", [GOOD, BAD], ids=["good body", "bad body"])
@pytest.mark.parametrize(("change", "refusal"), [*CHANGES, (demoted, 11)])
def test_a_create_is_refused_as_soon_as_another_process_says_so(
    known: Api, path: str, change: Callable[[Api], None], refusal: int, body: Mapping[str, Any]
) -> None:
    change(known)
    assert number(known.post(path, body)) == refusal
    assert AppBackup.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?orderBy=name", "?filter=name eq 'none'", "?count=true"])
@pytest.mark.parametrize(("change", "refusal"), CHANGES)
def test_so_is_a_list(
    known: Api, path: str, change: Callable[[Api], None], refusal: int, query: str
) -> None:
    assert known.get(path + query).status_code == 200
    change(known)
    assert number(known.get(path + query)) == refusal


@pytest.mark.parametrize(("change", "refusal"), CHANGES)
def test_so_is_an_instance(
    known: Api, path: str, change: Callable[[Api], None], refusal: int
) -> None:
    made = AppBackup.objects.get()
    change(known)
    assert number(known.get(f"{path}/{made.id}")) == refusal
    assert number(known.get(f"{path}/{world.some_id()}")) == refusal


def test_the_clock_that_counts_is_that_of_now(known: Api, path: str) -> None:
    Account.objects.filter(id=known.account.id).update(
        clock_mode=ClockMode.MANUAL, clock_rate=0, clock_sim=world.START
    )
    made = known.post(path, GOOD).json()
    assert made["metadata"]["creationTimestamp"] == timestamp(world.START)


class TestAnApp:
    def test_it_is_planned_by_what_is_said_of_it_now(self, known: Api, app: App, path: str) -> None:
        App.objects.filter(id=app.id).update(size_bytes=77)
        made = known.post(path, GOOD).json()
        assert AppBackup.objects.get(id=made["id"]).total_bytes == 77

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [({"state": "failed"}, 112), ({"deleted_at": world.START}, 2)],
    )
    def test_it_is_refused_as_soon_as_another_process_says_so(
        self, known: Api, app: App, path: str, change: Mapping[str, Any], refusal: int
    ) -> None:
        App.objects.filter(id=app.id).update(**change)
        assert number(known.post(path, GOOD)) == refusal

    def test_one_that_is_made_anew_with_its_id_is_another(
        self, known: Api, app: App, path: str
    ) -> None:
        AppBackup.objects.all().delete()
        again = App.objects.get(id=app.id)
        app.delete()
        again.size_bytes = 88
        again.save(force_insert=True)
        made = known.post(path, GOOD).json()
        assert AppBackup.objects.get(id=made["id"]).total_bytes == 88

    def test_no_other_account_gets_at_it(self, known: Api, stranger: Api, path: str) -> None:
        world.make_bucket(stranger.account)
        assert number(stranger.post(path, GOOD)) == 2
