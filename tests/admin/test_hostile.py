"""Whatever is typed or sent to the admin site: a page that says what is wrong, never a failure."""

from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from unfold.sites import UnfoldAdminSite

import astra.urls  # noqa: F401 (loading it fills the site)
from astra.adminsite.objects import ObjectWidget
from astra.adminsite.records import RecordAdmin
from astra.adminsite.rows import RowsWidget
from tests.admin.conftest import Person, list_of, page_of, some_of_everything

pytestmark = [pytest.mark.long, pytest.mark.unmeasured]

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
        if isinstance(field.widget, ObjectWidget):
            sent |= {f"{name}-{each}": "" for each in field.widget.members}
        elif isinstance(field.widget, RowsWidget):
            sent |= {f"{name}-0-{each.name}": "" for each in field.widget.columns}
            sent[f"{name}-0-left"] = ""
        elif hasattr(field.widget, "decompress"):
            for index, part in enumerate(field.widget.decompress(value)):
                sent[f"{name}_{index}"] = "" if part is None else str(part)
        elif value is not False and (shown := field.prepare_value(value)) is not None:
            sent[name] = shown
        else:
            sent[name] = ""
    return sent


def refused_by_themselves(response: Any) -> set[str]:
    """What was sent of the fields that refuse it, whatever the other fields of the form say."""
    if response.status_code != 200:
        return set()
    form, found = response.context["adminform"].form, set()
    for name in form.errors.keys() & form.fields.keys():
        field, prefixed = form.fields[name], form.add_prefix(name)
        try:
            field.clean(field.widget.value_from_datadict(form.data, form.files, prefixed))
        except ValidationError:
            parts = len(field.widget.widgets) if hasattr(field.widget, "decompress") else 0
            found |= {f"{name}_{part}" for part in range(parts)} if parts > 1 else {name}
            found |= {each for each in form.data if each.startswith(f"{name}-")}
    return found


@pytest.fixture(autouse=True)
def without_sidebar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no sidebar, which is most of a page and the same on all of them, whatever is sent."""
    for name in ("get_sidebar_list", "get_app_list"):
        monkeypatch.setattr(UnfoldAdminSite, name, lambda *_: [])


@pytest.mark.parametrize("model", WITH_FORMS, ids=label)
def test_a_field_takes_anything(person: Person, model: type[Model]) -> None:
    some_of_everything()
    record = model._default_manager.first()
    assert record is not None
    tried = 0
    for path in (f"{list_of(model)}add/", page_of(record)):
        fields = filled(person, path)
        for value in HOSTILE if fields else ():
            # Of a field that refuses it by itself, one page for all does: a page takes long to draw.
            response = person.send(path, **dict.fromkeys(fields, value))
            assert response.status_code in (200, 302), (path, value)
            for name in fields.keys() - refused_by_themselves(response):
                response = person.send(path, **fields | {name: value})
                assert response.status_code in (200, 302), (path, name, value)
            tried += len(fields)
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
