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

from astra.adminsite.records import RecordAdmin
from tests.admin.conftest import Person, list_of, page_of, some_of_everything

COUNTS_FILE = Path(__file__).with_name("query_counts.json")
COUNTS: dict[str, int] = json.loads(COUNTS_FILE.read_text())
OURS = ("accounts", "simulation", "backups")

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
    assert ours <= set(MODELS)


def test_the_reviewed_file_counts_exactly_the_lists_there_are() -> None:
    assert sorted(COUNTS) == sorted(MODELS)


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
def test_a_list_finds_a_record_by_its_id(label: str, person: Person) -> None:
    some_of_everything()
    some_of_everything()
    model = MODELS[label]
    wanted = model._default_manager.order_by("pk").first()
    assert wanted is not None
    key = getattr(wanted, "resource_id", wanted.pk)
    response = person.client.get(list_of(model), {"q": str(key)})
    assert wanted in response.context["cl"].result_list
    others = model._default_manager.exclude(
        pk__in=[row.pk for row in response.context["cl"].result_list]
    )
    assert others.exists()


@pytest.mark.parametrize("label", sorted(RECORDS))
def test_a_search_for_words_finds_by_the_search_fields(label: str, person: Person) -> None:
    some_of_everything()
    model = MODELS[label]
    response = person.client.get(list_of(model), {"q": "nothing is called this"})
    assert response.status_code == 200
    assert list(response.context["cl"].result_list) == []


@pytest.mark.parametrize("label", sorted(RECORDS))
def test_every_filter_of_a_list_narrows_it(label: str, person: Person) -> None:
    made = some_of_everything()
    other = some_of_everything()
    model = MODELS[label]
    names = {field.name for field in model._meta.fields}
    if "account" in names:
        response = person.client.get(list_of(model), {"account__id__exact": made["account"].pk})
        found = {row.account_id for row in response.context["cl"].result_list}
        assert found == {made["account"].pk}
    if "app" in names:
        response = person.client.get(list_of(model), {"app__id__exact": other["app"].pk})
        assert {row.app_id for row in response.context["cl"].result_list} == {other["app"].pk}
    if "state" in names:
        state = model._default_manager.values_list("state", flat=True)[0]
        response = person.client.get(list_of(model), {"state": state})
        assert {row.state for row in response.context["cl"].result_list} == {state}
    if "created_at" in names and model._meta.label != "backups.AppAsset":
        response = person.client.get(list_of(model), {"created_at_to": "2026-01-04"})
        assert list(response.context["cl"].result_list) == []
        response = person.client.get(
            list_of(model), {"created_at_from": "2026-01-05", "created_at_to": "2026-01-05"}
        )
        assert len(response.context["cl"].result_list) >= 2


def test_a_day_that_is_none_does_not_narrow(person: Person) -> None:
    made = some_of_everything()
    page = person.look(list_of(made["backup"]), created_at_from="2026-02-31")
    assert made["backup"].name in page


@pytest.mark.parametrize("label", sorted(MODELS))
def test_a_record_has_a_page_and_its_id_cannot_be_typed_in(label: str, person: Person) -> None:
    some_of_everything()
    record = MODELS[label]._default_manager.order_by("pk").first()
    assert record is not None
    response = person.client.get(page_of(record))
    assert response.status_code == 200
    typed = response.context["adminform"].form.fields if label in RECORDS else {}
    editable = registered(MODELS[label]).editable if label in RECORDS else ()
    shown = {
        name
        for fieldset in response.context["adminform"]
        for line in fieldset
        for field in line
        for name in [field.field["name"] if field.is_readonly else field.field.name]
        if not field.is_readonly
    }
    if label in RECORDS:
        assert shown == set(editable) & set(typed)
        assert not shown & {"id", "state", "account", "created_at"}


@pytest.mark.parametrize("label", sorted(RECORDS))
def test_a_record_can_be_added_where_its_class_says_so(label: str, person: Person) -> None:
    model = RECORDS[label]
    response = person.client.get(f"{list_of(model)}add/")
    assert response.status_code == (200 if registered(model).can_add else 403)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_a_list_stays_closed_without_a_login(label: str, client: Any, db: None) -> None:
    response = client.get(list_of(MODELS[label]))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
