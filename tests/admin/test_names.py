"""One name for one thing: in the sidebar, above a list, in the browser's tab; and proper names."""

import re

import pytest
from django.apps import apps
from django.db.models import Model

from astra.accounts.models import Account, RoleBinding, User
from astra.adminsite.navigation import Entry, _entries, in_text
from astra.journal.models import JournalEntry
from backups.models import App, Bucket
from tests import world
from tests.admin.conftest import Person, list_of, page_of, text_of

LISTS = {entry.model: entry for entry in _entries.values() if entry.model}
# A list whose records are called otherwise than itself; Django's users are not those of accounts.
APART = {"journal.journalentry", "auth.user"}


def model_of(entry: Entry) -> type[Model]:
    return apps.get_model(entry.model)


@pytest.mark.parametrize("label", sorted(LISTS))
def test_a_list_has_one_name(label: str, person: Person) -> None:
    entry = LISTS[label]
    page = person.look(list_of(model_of(entry)))
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None
    assert title[1].strip() == f"{entry.title} | Astra Simulator"
    assert f"{entry.group.title} chevron_right {entry.title}" in text_of(page)


@pytest.mark.parametrize("label", sorted(set(LISTS) - APART))
def test_records_are_called_as_their_list(label: str) -> None:
    entry = LISTS[label]
    assert str(model_of(entry)._meta.verbose_name_plural) == in_text(entry.title)


@pytest.mark.parametrize(
    ("provider", "name"),
    [("ontap-s3", "ONTAP S3"), ("aws", "AWS"), ("storagegrid-s3", "StorageGRID S3")],
)
def test_proper_names_are_written_as_their_owners_do(
    provider: str, name: str, person: Person
) -> None:
    world.make_bucket(world.make_account(), provider=provider)
    assert f" {name} " in text_of(person.look(list_of(Bucket)))


def options(page: str, of: str) -> dict[str, str]:
    """The values that a choice of a page offers, with what they are called."""
    found = re.search(rf'<select name="{of}".*?</select>', page, re.DOTALL)
    assert found is not None
    offered = re.findall(r'<option value="(.*?)".*?>(.*?)</option>', found[0], re.DOTALL)
    return {value: name.strip() for value, name in offered}


def rows_of(page: str) -> str:
    """The text of a list's rows."""
    return text_of(page.partition('id="result_list"')[2].partition("</table>")[0])


@pytest.mark.parametrize(
    ("model", "column", "filter_by"),
    [
        (Bucket, "provider", "provider"),
        (RoleBinding, "role", "role"),
        (User, "auth_provider", "auth_provider"),
        (User, "role", "rolebinding__role"),
        (Account, "clock_mode", "clock_mode"),
    ],
)
def test_forms_and_filters_offer_the_names_that_lists_show(
    model: type[Model], column: str, filter_by: str, person: Person
) -> None:
    user = world.make_user(world.make_account())
    world.make_bucket(user.account, provider="generic-s3")
    form, list_page = person.look(f"{list_of(model)}add/"), person.look(list_of(model))
    named = options(form, column)
    named.pop("", None)
    filtered = options(list_page, filter_by)
    assert {value: filtered[value] for value in named} == named
    shown = rows_of(list_page)
    assert any(f" {name} " in shown for name in named.values()), shown


def test_states_are_everywhere_as_the_api_has_them(person: Person) -> None:
    world.make_app(world.make_account(), state="restoring")
    page = person.look(list_of(App))
    assert options(page, "state")["restoring"] == "restoring"
    assert " restoring " in rows_of(page)


def test_ids_and_paths_are_copied_by_a_button(person: Person) -> None:
    app = world.make_app(world.make_account())
    page = person.look(page_of(app))
    path = f"/accounts/{app.account_id}/k8s/v2/apps/{app.pk}"
    for text in (str(app.pk), path):
        assert f'data-copy="{text}"' in page


def test_a_call_is_copied_as_curl(person: Person) -> None:
    account = world.make_account()
    entry = JournalEntry.objects.create(
        account=account,
        at=world.START,
        real_at=world.START,
        duration_milliseconds=1.5,
        method="POST",
        path=f"/accounts/{account.pk}/topology/v1/buckets",
        request_headers={"Content-Type": "application/json"},
        request_body='{"name": "it"}',
        status=201,
    )
    page = text_of(person.look(page_of(entry)))
    assert (
        "curl -X POST -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' "
        f'--data-raw \'{{"name": "it"}}\' "$BASE"{entry.path}'
    ) in page
