"""Every list of the admin site: a fixed number of queries, search, filters, pages."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

import astra.urls  # noqa: F401 (loading it fills the site)
from astra.accounts.models import Described
from astra.adminsite.records import RecordAdmin
from tests.admin.conftest import Person, list_of, page_of, some_of_everything
from tests.families import FAMILIES

COUNTS_FILE = Path(__file__).with_name("query_counts.json")
COUNTS: dict[str, int] = json.loads(COUNTS_FILE.read_text())
OURS = ("accounts", "engine", "faults", "journal", "scenarios", "isolation", "webhooks", *FAMILIES)
# Not for people: what an account is made from, the contents of checkpoints, counts, signs of life,
# what somebody has read, who is in a group, where a directory is, what is to be told.
INTERNAL = {
    *("engine.Pulse", "notices.ReadMark", "accounts.Membership", "identity.Directory"),
    *("isolation.Origin", "isolation.CheckpointPart"),
    *("journal.JournalFile", "journal.JournalLoss", "webhooks.Delivery"),
}

MODELS = {model._meta.label: model for model in admin.site._registry}
RECORDS = {
    label: model
    for label, model in MODELS.items()
    if isinstance(admin.site._registry[model], RecordAdmin)
}


def registered(model: type[Model]) -> Any:
    return admin.site._registry[model]


def test_every_model_of_ours_has_a_page() -> None:
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    assert ours - set(MODELS) == INTERNAL


def test_the_reviewed_file_counts_exactly_the_lists_there_are() -> None:
    overview = {name for name in COUNTS if name.startswith("overview")}
    assert sorted(set(COUNTS) - overview) == sorted(MODELS)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_a_list_takes_the_reviewed_number_of_queries_however_many_rows(
    label: str, person: Person
) -> None:
    model = MODELS[label]
    counts = []
    for _ in range(2):
        some_of_everything()
        some_of_everything()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            person.look(list_of(model))
        counts.append(len(queries))
    assert model._default_manager.count() >= 4
    assert counts == [COUNTS.get(label)] * 2, f"{label}: {counts}"


@pytest.mark.parametrize("label", sorted(RECORDS))
def test_a_list_is_searched_and_filtered(label: str, person: Person) -> None:
    made, other = some_of_everything(), some_of_everything()
    model = MODELS[label]
    names = {field.name for field in model._meta.fields}

    def found(**query: Any) -> list[Any]:
        response = person.client.get(list_of(model), query)
        assert response.status_code == 200
        return list(response.context["cl"].result_list)

    wanted: Any = model._default_manager.order_by("pk")[0]
    # What is no resource is found by that which it is about.
    shown = (
        wanted.pk if isinstance(wanted, Described) else getattr(wanted, "resource_id", wanted.pk)
    )
    by_id = found(q=str(shown))
    assert wanted in by_id
    assert len(by_id) < model._default_manager.count()
    assert found(q="nothing is called this") == []
    if "account" in names:
        of_account = found(account__id__exact=made["account"].pk)
        assert {row.account_id for row in of_account} == {made["account"].pk}
    if "app" in names:
        of_app = found(app__id__exact=other["app"].pk)
        assert {row.app_id for row in of_app} == {other["app"].pk}
    if "state" in names:
        assert {row.state for row in found(state=wanted.state)} == {wanted.state}
    if "created_at" in names and label != "backups.AppAsset":
        assert found(created_at_to="2026-01-04") == []
        assert len(found(created_at_from="2026-01-05", created_at_to="2026-01-05")) >= 2


def test_a_day_that_is_none_does_not_narrow(person: Person) -> None:
    made = some_of_everything()
    page = person.look(list_of(made["backup"]), created_at_from="2026-02-31")
    assert made["backup"].name in page


@pytest.mark.parametrize("label", sorted(RECORDS))
def test_a_records_page_takes_only_what_may_be_changed(label: str, person: Person) -> None:
    some_of_everything()
    record = MODELS[label]._default_manager.order_by("pk")[0]
    response = person.client.get(page_of(record))
    assert response.status_code == 200
    lines = [line for fieldset in response.context["adminform"] for line in fieldset]
    typed = {field.field.name for line in lines for field in line if not field.is_readonly}
    assert typed == set(registered(MODELS[label]).editable)
    assert not typed & {"id", "state", "account", "created_at", "version"}
    answer = person.client.get(f"{list_of(record)}add/")
    assert answer.status_code == (200 if registered(MODELS[label]).can_add else 403)


def test_an_administrators_page_opens(person: Person) -> None:
    administrator = MODELS["auth.User"]._default_manager.get()
    assert "Permissions" in person.look(page_of(administrator))


@pytest.mark.parametrize("label", sorted(MODELS))
def test_a_list_stays_closed_without_a_login(label: str, client: Any, db: None) -> None:
    response = client.get(list_of(MODELS[label]))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
