"""One account for all lists, an only choice made beforehand, and what an empty list says."""

from typing import Any

import pytest

from astra.accounts.models import Account
from astra.journal.models import JournalEntry
from backups.models import App, AppBackup, Bucket
from clusters.models import Namespace
from tests import world
from tests.admin.conftest import Person, list_of, text_of


@pytest.fixture
def accounts(db: None) -> list[Account]:
    return [world.make_account(name="lab"), world.make_account(name="shop")]


def shown(person: Person, path: str, **query: Any) -> Any:
    """Return what a page shows once it has led where it leads."""
    return person.client.get(path, query, follow=True)


def rows(response: Any) -> set[Any]:
    return set(response.context["cl"].result_list)


def test_an_account_that_is_chosen_on_a_list_is_kept_for_the_others(
    person: Person, accounts: list[Account]
) -> None:
    app, other = (world.make_app(each) for each in accounts)
    bucket, _ = (world.make_bucket(each) for each in accounts)
    assert rows(shown(person, list_of(App))) == {app, other}
    assert rows(shown(person, list_of(App), account=str(accounts[0].pk))) == {app}
    buckets = shown(person, list_of(Bucket))
    assert rows(buckets) == {bucket}
    assert f"account__id__exact={accounts[0].pk}" in buckets.request["QUERY_STRING"]
    assert shown(person, "/admin/").context["scope"].account == accounts[0]
    assert rows(shown(person, list_of(App), account="")) == {app, other}
    assert len(rows(shown(person, list_of(Bucket)))) == 2


def test_the_overview_chooses_for_the_lists_too(person: Person, accounts: list[Account]) -> None:
    apps = [world.make_app(each) for each in accounts]
    person.look("/admin/", account=str(accounts[1].pk))
    assert rows(shown(person, list_of(App))) == {apps[1]}


def test_a_list_may_be_narrowed_otherwise_meanwhile(
    person: Person, accounts: list[Account]
) -> None:
    apps = [world.make_app(each) for each in accounts]
    shown(person, list_of(App), account=str(accounts[0].pk))
    narrowed = shown(person, list_of(App), account__id__exact=str(accounts[1].pk))
    assert rows(narrowed) == {apps[1]}
    assert rows(shown(person, list_of(App))) == {apps[0]}


@pytest.mark.parametrize("wanted", ["nonsense", "11111111-1111-4111-8111-111111111111"])
def test_an_account_that_is_gone_narrows_nothing(
    wanted: str, person: Person, accounts: list[Account]
) -> None:
    app = world.make_app(accounts[0])
    shown(person, list_of(App), account=wanted)
    assert rows(shown(person, list_of(App))) == {app}


def test_there_is_nothing_to_switch_between_one_account(person: Person) -> None:
    world.make_account()
    assert "account-switch" not in person.look(list_of(App))


def test_an_only_choice_is_made_beforehand(person: Person) -> None:
    account = world.make_account()
    app = world.make_app(account)
    form = person.client.get(f"{list_of(AppBackup)}add/").context["adminform"].form
    assert form["app"].initial == app.pk
    form = person.client.get(f"{list_of(Bucket)}add/").context["adminform"].form
    assert form["account"].initial == account.pk


def test_of_several_accounts_the_chosen_one_is(person: Person, accounts: list[Account]) -> None:
    add = f"{list_of(App)}add/"
    assert person.client.get(add).context["adminform"].form["account"].initial is None
    shown(person, list_of(App), account=str(accounts[1].pk))
    initial = person.client.get(add).context["adminform"].form["account"].initial
    assert initial == accounts[1].pk


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (AppBackup, "There are no backups yet Add one here, by the API, or with a scenario."),
        (Namespace, "There are no namespaces yet They come with what they belong to"),
        (JournalEntry, "There are no calls yet Each call of the API is written down here"),
    ],
)
def test_an_empty_list_says_what_to_do_next(
    model: type[AppBackup], says: str, person: Person
) -> None:
    assert says in text_of(person.look(list_of(model)))


def test_where_nothing_is_found_it_says_so(person: Person) -> None:
    world.make_app(world.make_account())
    page = text_of(person.look(list_of(App), q="nowhere"))
    assert "No app fits what is searched and filtered for. Show all" in page
