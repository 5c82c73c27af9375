"""No form of the admin site has JSON typed into a box where what it says has a schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db.models import Model

import astra.urls  # noqa: F401 (loading it fills the site)
from tests.admin.conftest import Person, list_of, page_of, some_of_everything

# Class and field, with the reason why it takes a document all the same.
DOCUMENTS = {
    ("DocumentForm", "document"): "A scenario is a file of somebody's own, with its comments.",
}


def all_forms(base: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Return every class of forms that is known."""
    for each in base.__subclasses__():
        yield each
        yield from all_forms(each)


def forms_of(person: Person, model: type[Model]) -> Iterator[forms.BaseForm]:
    """Return the forms in which a record is made or changed."""
    record = model._default_manager.first()
    assert record is not None
    for path in (f"{list_of(model)}add/", page_of(record)):
        response: Any = person.client.get(path)
        if response.status_code == 200:
            yield response.context["adminform"].form


def holds_json(form: forms.BaseForm, name: str) -> bool:
    """Tell whether a visible field of a form takes JSON, or shows it."""
    field = form.fields[name]
    if field.widget.is_hidden:
        return False
    shown = field.prepare_value(form[name].value())
    texts = [shown] if isinstance(shown, str) else []
    looks_like = any(text.strip()[:1] in ("{", "[") and text.strip() for text in texts)
    return isinstance(field, forms.JSONField) or looks_like


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str), ids=str)
def test_a_form_has_no_box_of_json(person: Person, model: type[Model]) -> None:
    some_of_everything()
    found = {
        (model._meta.label, name)
        for form in forms_of(person, model)
        for name in form.fields
        if holds_json(form, name)
    }
    assert found == set()


def test_no_class_of_forms_has_a_box_of_json() -> None:
    ours = [each for each in all_forms() if not each.__module__.startswith(("django.", "unfold."))]
    assert {"RuleForm", "AccountAddForm", "AppForm", "FailForm"} <= {each.__name__ for each in ours}
    found = {
        (each.__name__, name)
        for each in ours
        for name, field in getattr(each, "base_fields", {}).items()
        if isinstance(field, forms.JSONField) and not field.widget.is_hidden
    }
    assert found == set()
    # What is a document all the same is none of the fields above, and is there.
    there = {(each.__name__, name) for each in ours for name in getattr(each, "base_fields", {})}
    assert DOCUMENTS.keys() <= there
