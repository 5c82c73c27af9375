"""Fault rules by hand."""

import uuid
from typing import Any

import pytest

from astra.accounts.models import Account
from astra.faults.models import FaultRule
from tests.admin.conftest import Person, errors, list_of, page_of, text_of


def add(person: Person, account: Account, **fields: Any) -> Any:
    return person.send(f"{list_of(FaultRule)}add/", account=account.pk, **fields)


def test_a_rule_is_added_shown_and_deleted(person: Person, account: Account) -> None:
    effect = '{"type": "backup-fail", "reasons": ["Disk full."]}'
    add(person, account, name="mondays", match='{"next": 3}', effect=effect)
    rule = FaultRule.objects.get()
    assert (rule.name, rule.next_count, rule.effect) == ("mondays", 3, "backup-fail")
    account.refresh_from_db()
    assert account.has_faults
    listed = text_of(person.look(list_of(rule)))
    assert '{"next":3}' in listed
    assert 'backup-fail {"reasons":["Disk full."]}' in listed
    assert "mondays" in text_of(person.look(page_of(rule)))
    person.run("delete_records", rule)
    account.refresh_from_db()
    assert not account.has_faults
    assert not FaultRule.objects.exists()


def test_a_rule_without_a_name_that_matches_everything(person: Person, account: Account) -> None:
    add(person, account, effect='{"type": "backup-never-ends"}')
    rule = FaultRule.objects.get()
    listed = text_of(person.look(list_of(rule)))
    assert str(rule.id)[:8] in listed
    assert "everything" in listed


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, {"effect"}),
        ({"effect": "{"}, {"effect"}),
        ({"effect": '{"type": "explode"}'}, {"effect"}),
        ({"effect": '{"type": "refuse", "problem": 1}', "match": '{"every": 0}'}, {"match"}),
        ({"effect": '{"type": "refuse", "problem": 1}', "match": "[1]"}, {"match"}),
    ],
)
def test_a_bad_rule_is_refused_where_it_is_bad(
    person: Person, account: Account, fields: dict[str, str], names: set[str]
) -> None:
    response = add(person, account, **fields)
    assert set(errors(response)) == names
    assert not FaultRule.objects.exists()


def test_the_form_begins_with_an_example_of_what_is_registered(person: Person) -> None:
    shown = text_of(person.look(f"{list_of(FaultRule)}add/"))
    assert 'For example {"operation": "appBackup.create", "next": 3}; {} matches all.' in shown
    assert 'For example {"type": "backup-fail", "at": 0.4, "reasons": ["Disk full."]}.' in shown


def test_a_rule_is_found_by_the_id_of_what_it_is_about(person: Person, account: Account) -> None:
    app, bucket = str(uuid.uuid4()), str(uuid.uuid4())
    effect = '{"type": "refuse", "problem": 107}'
    add(person, account, name="mondays", match=f'{{"app": "{app}"}}', effect=effect)
    add(person, account, name="fridays", match=f'{{"bucket": "{bucket}"}}', effect=effect)
    # The first page says what was added, too.
    help_text = "Search by name, or by the id of a rule, account, app or bucket"
    assert help_text in person.look(list_of(FaultRule))
    for wanted, found in (
        (app, {"mondays"}),
        (bucket, {"fridays"}),
        (account.pk, {"mondays", "fridays"}),
    ):
        shown = text_of(person.look(list_of(FaultRule), q=str(wanted)))
        assert {name for name in ("mondays", "fridays") if name in shown} == found
