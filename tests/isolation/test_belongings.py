"""Everything that belongs to an account is registered, parents first."""

from django.apps import apps
from django.db.models import ForeignKey

from astra.accounts.belongings import belongings
from astra.accounts.models import Account


def test_every_model_with_an_account_is_registered() -> None:
    with_account = {
        model
        for model in apps.get_models()
        if model._meta.managed
        and any(
            field.attname == "account_id" or getattr(field, "related_model", None) is Account
            for field in model._meta.concrete_fields
        )
    }
    assert {item.model for item in belongings()} == with_account | {Account}


def test_parents_come_first() -> None:
    seen: set[type] = set()
    for item in belongings():
        registered = {other.model for other in belongings()}
        assert {parent for parent in item.parents.values() if parent in registered} <= seen
        seen.add(item.model)
    assert belongings()[0].model is Account


def test_nothing_refers_to_a_row_by_a_counted_key() -> None:
    counted = {item.model for item in belongings() if item.counted_key}
    referred = {
        field.remote_field.model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey)
    }
    assert not counted & referred


def test_state_refers_to_state_only() -> None:
    recorded = {item.model for item in belongings() if not item.is_state}
    for item in belongings():
        if item.is_state:
            assert not recorded & set(item.parents.values())
