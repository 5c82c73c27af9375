"""Whatever is typed or sent to the admin site: a page that says what is wrong, never a failure."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model

import astra.urls  # noqa: F401 (loading it fills the site)
from astra.adminsite.records import RecordAdmin
from tests.admin.conftest import Person, list_of, page_of, some_of_everything

pytestmark = pytest.mark.long

HOSTILE = ("\0", "9" * 30, "-1", '{"a": "\\u0000"}')
MODELS = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, RecordAdmin)),
    key=lambda model: model._meta.label,
)
WITH_FORMS = [
    model
    for model in MODELS
    if isinstance(page := admin.site._registry[model], RecordAdmin)
    and (page.can_add or page.editable)
]


def label(model: type[Model]) -> str:
    return model._meta.label


def filled(person: Person, path: str) -> dict[str, Any]:
    """What a person who changes nothing sends with the form at a path."""
    response: Any = person.client.get(path)
    sent: dict[str, Any] = {}
    if response.status_code != 200:
        return sent
    form = response.context["adminform"].form
    for name, field in form.fields.items():
        value = form[name].value()
        if hasattr(field.widget, "decompress"):
            for index, part in enumerate(field.widget.decompress(value)):
                sent[f"{name}_{index}"] = "" if part is None else str(part)
        elif value is not False and (shown := field.prepare_value(value)) is not None:
            sent[name] = shown
        else:
            sent[name] = ""
    return sent


@pytest.mark.parametrize("model", WITH_FORMS, ids=label)
def test_a_field_takes_anything(person: Person, model: type[Model]) -> None:
    some_of_everything()
    record = model._default_manager.first()
    assert record is not None
    tried = 0
    for path in (f"{list_of(model)}add/", page_of(record)):
        fields = filled(person, path)
        for name in fields:
            for value in HOSTILE:
                response = person.send(path, **fields | {name: value})
                assert response.status_code in (200, 302), (path, name, value)
                tried += 1
    assert tried


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_a_list_takes_anything(person: Person, model: type[Model]) -> None:
    some_of_everything()
    page: Any = person.client.get(list_of(model))
    names = {"q", "p", "o", "all", "e", "id", "account__id__exact"}
    for choice in page.context["cl"].filter_specs:
        names |= set(choice.expected_parameters())
    for name in sorted(names):
        for value in HOSTILE[:2]:
            response: Any = person.client.get(list_of(model), {name: value})
            assert response.status_code in (200, 302), (name, value)
