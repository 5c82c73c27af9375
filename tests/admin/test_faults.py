"""Fault rules by form: what they match and do, in what order, switched on and off."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.auth.models import User as Administrator

from astra.accounts.models import Account
from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.base import FateEffect, SecondsField
from astra.faults.effects.registered import EFFECTS, register_effects
from astra.faults.models import FaultRule
from backups.models import App, Bucket
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of, text_of
from tests.conftest import Api

DETAIL = {"type": "about:blank", "title": "No", "detail": "Exit status 1."}
# What a browser sends of a form in which nothing is typed.
NOTHING = {"is_enabled": "on", "match_until_0": "", "match_until_1": ""}


def add(person: Person, account: Account, **sent: Any) -> Any:
    return person.send(f"{list_of(FaultRule)}add/", account=account.pk, **NOTHING, **sent)


def add_refusal(person: Person, account: Account, name: str, **sent: Any) -> FaultRule:
    add(person, account, name=name, effect="refuse", refuse__problem="11", **sent)
    return FaultRule.objects.get(account=account, name=name)


def initial(person: Person, path: str) -> dict[str, Any]:
    """What the form at a path begins with."""
    form = person.client.get(path).context["adminform"].form
    return {name: form[name].value() for name in form.fields}


def order(account: Account) -> list[str | None]:
    return list(FaultRule.objects.filter(account=account).values_list("name", flat=True))


# -- typing in -----------------------------------------------------------------------------------


def test_a_rule_is_added_shown_and_deleted(person: Person, account: Account) -> None:
    sent = {"match_operation": "appBackup.create", "match_next": "3", "effect": "backup-fail"}
    sent |= {"backup-fail__at": "0.4", "backup-fail__reasons": "Disk full.\nGave up."}
    add(person, account, name="mondays", **sent)
    rule = FaultRule.objects.get()
    assert (rule.name, rule.operation, rule.next_count) == ("mondays", "appBackup.create", 3)
    assert rule.effect == "backup-fail"
    assert rule.parameters == {"at": 0.4, "reasons": ["Disk full.", "Gave up."]}
    account.refresh_from_db()
    assert account.has_faults
    listed = text_of(person.look(list_of(rule)))
    assert (
        "mondays on ↑ ↓ Switch off 0 operation appBackup.create next 3 backup-fail at 0.4" in listed
    )
    assert "mondays" in text_of(person.look(page_of(rule)))
    person.run("delete_records", rule)
    account.refresh_from_db()
    assert not account.has_faults
    assert not FaultRule.objects.exists()


def test_a_rule_without_a_name_that_matches_everything(person: Person, account: Account) -> None:
    add(person, account, effect="backup-never-ends")
    rule = FaultRule.objects.get()
    listed = text_of(person.look(list_of(rule)))
    assert str(rule.id)[:8] in listed
    assert "everything" in listed


def test_all_that_a_rule_can_match_is_typed_in(
    person: Person, account: Account, app: App, bucket: Bucket
) -> None:
    sent = {"operation": "appBackup.create", "method": "POST", "path": "/k8s/*", "name": "night*"}
    sent |= {"app": str(app.pk), "bucket": str(bucket.pk), "every": "2", "probability": "0.5"}
    until = {"match_until_0": "2026-02-01", "match_until_1": "12:00:00"}
    matched = {f"match_{name}": value for name, value in sent.items()}
    fields = NOTHING | until | matched | {"effect": "truncate", "truncate__bytes": "0"}
    person.send(f"{list_of(FaultRule)}add/", account=account.pk, **fields)
    rule = FaultRule.objects.get()
    assert rule.about == {"app": str(app.pk), "bucket": str(bucket.pk)}
    assert (rule.path_pattern, rule.name_pattern, rule.method) == ("/k8s/*", "night*", "POST")
    assert (rule.every, rule.probability) == (2, 0.5)
    assert f"{rule.until:%F %T}" == "2026-02-01 12:00:00"
    # The page shows all of it as it was typed in, and sends it back unchanged.
    shown = initial(person, page_of(rule))
    assert {name: str(shown[name]) for name in matched} == matched
    FaultRule.objects.update(seen=4, hits=2)
    person.send(page_of(rule), **fields)
    again = FaultRule.objects.get()
    assert again.about == rule.about
    assert (again.until, again.seen, again.hits) == (rule.until, 4, 2)


def test_details_are_rows_and_keep_what_they_do_not_show(person: Person, account: Account) -> None:
    sent = {"hooks-fail__details-0-title": "No", "hooks-fail__details-0-detail": "Exit status 1."}
    add(person, account, effect="hooks-fail", **sent)
    rule = FaultRule.objects.get()
    usual = "https://astra.netapp.io/problems/simulated"
    assert rule.parameters == {"details": [DETAIL | {"type": usual}]}
    kept = {**DETAIL, "additionalDetails": {"code": 1}}
    FaultRule.objects.update(parameters={"details": [kept]})
    page = person.look(page_of(rule))
    rows = dict(re.findall(r'name="(hooks-fail__details-0-\w+)"[^>]* value="([^"]*)"', page))
    rows |= dict(re.findall(r'name="(hooks-fail__details-0-\w+)" value="([^"]*)"', page))
    sent = {name: value.replace("&quot;", '"') for name, value in rows.items()}
    more = {"hooks-fail__details-1-title": "Nor", "hooks-fail__details-1-detail": "this."}
    person.send(page_of(rule), **NOTHING, effect="hooks-fail", **sent, **more)
    assert FaultRule.objects.get().parameters["details"] == [
        kept,
        {"type": usual, "title": "Nor", "detail": "this."},
    ]


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({}, {"effect"}),
        ({"effect": "explode"}, {"effect"}),
        ({"effect": "refuse"}, {"refuse__problem"}),
        ({"effect": "refuse", "refuse__problem": "9999"}, {"refuse__problem"}),
        ({"effect": "backup-fail", "backup-fail__at": "2"}, {"backup-fail__at"}),
        ({"effect": "delay", "delay__min": "2", "delay__max": "1"}, {"delay__max"}),
        ({"effect": "hooks-fail"}, {"hooks-fail__details"}),
        (
            {"effect": "hooks-fail", "hooks-fail__details-0-title": "x" * 41},
            {"hooks-fail__details"},
        ),
        (
            {
                "effect": "hooks-fail",
                "hooks-fail__details-0-title": "x",
                "hooks-fail__details-0-left": "{",
            },
            {"hooks-fail__details"},
        ),
        ({"effect": "app-never-ends", "match_every": "0"}, {"match_every"}),
        ({"effect": "app-never-ends", "match_operation": "comet.create"}, {"match_operation"}),
        ({"effect": "app-never-ends", "match_operation": "token.create"}, {"effect"}),
        ({"effect": "app-never-ends", "match_app": "no id"}, {"match_app"}),
    ],
)
def test_a_bad_rule_is_refused_where_it_is_bad(
    person: Person, account: Account, sent: dict[str, str], names: set[str]
) -> None:
    assert set(errors(add(person, account, **sent))) == names
    assert not FaultRule.objects.exists()


def test_what_is_of_another_account_is_refused(person: Person, account: Account) -> None:
    other = world.make_app(world.make_account(name="other"))
    response = add(person, account, effect="app-never-ends", match_app=other.pk)
    assert errors(response) == {"match_app": [f"It belongs to another account than {account}."]}


def test_what_a_rule_is_about_stays_when_it_is_no_more(person: Person, account: Account) -> None:
    lost = str(uuid.uuid4())
    rule = add_refusal(person, account, "first", match_app=lost)
    assert f"{lost}, which is no more" in person.look(page_of(rule))
    sent = {"effect": "refuse", "refuse__problem": "11", "match_app": lost}
    person.send(page_of(rule), **NOTHING, **sent)
    assert FaultRule.objects.get().about == {"app": lost}


# -- what is declared ----------------------------------------------------------------------------


class SlowParameters(ClosedSerializer):
    pace = SecondsField(most=9, required=False, initial=3)
    colour = fields.EnumField(("red", "green"))


class Slow(FateEffect):
    """An effect of another family."""

    name = "slow"
    does = "It takes its time."
    explained = {"pace": "How long it takes."}
    parameters = SlowParameters
    operations = frozenset({"token.create"})


@pytest.fixture
def slow() -> Iterator[None]:
    known = dict(EFFECTS)
    register_effects(Slow())
    yield
    EFFECTS.clear()
    EFFECTS.update(known)


@pytest.mark.usefixtures("slow")
def test_an_effect_that_is_registered_has_fields_by_itself(
    person: Person, account: Account
) -> None:
    page = person.look(f"{list_of(FaultRule)}add/")
    shown = text_of(page)
    assert "slow : It takes its time." in shown
    assert "How long it takes. In seconds." in shown
    assert re.search(r'<input[^>]* name="slow__pace"[^>]* placeholder="3"', page)
    assert 'option[value="slow"]:checked) .astra-effect-slow' in page
    assert set(errors(add(person, account, effect="slow", slow__pace="10"))) == {"slow__pace"}
    assert set(errors(add(person, account, effect="slow", slow__pace="1"))) == {"slow__colour"}


def test_every_parameter_of_every_effect_has_a_field_and_says_its_unit(person: Person) -> None:
    form = person.client.get(f"{list_of(FaultRule)}add/").context["adminform"].form
    found = {name for name in form.fields if "__" in name}
    assert found == {
        f"{effect.name}__{name}"
        for effect in EFFECTS.values()
        for name in effect.parameters.shared().fields
    }
    assert form.fields["truncate__bytes"].help_text.endswith("In bytes.")
    assert form.fields["delay__seconds"].help_text.endswith("In seconds.")
    assert form.fields["backup-fail__at"].widget.attrs["placeholder"] == "1"
    assert dict(form.fields["drop-connection__when"].choices)[""] == "– (before)"
    assert dict(form.fields["refuse__problem"].choices)["107"].startswith("107 · ")


# -- changing ------------------------------------------------------------------------------------


def test_a_changed_rule_keeps_its_place_and_counts_anew(person: Person, account: Account) -> None:
    rule = add_refusal(person, account, "first", match_next="2")
    add_refusal(person, account, "second")
    FaultRule.objects.filter(pk=rule.pk).update(seen=2, hits=2)
    sent = {"effect": "refuse", "refuse__problem": "11", "match_next": "2"}
    person.send(page_of(rule), name="renamed", **NOTHING, **sent)
    rule.refresh_from_db()
    assert (rule.name, rule.seen, rule.hits) == ("renamed", 2, 2)
    person.send(page_of(rule), name="renamed", **NOTHING, **sent | {"match_next": "1"})
    rule.refresh_from_db()
    assert (rule.next_count, rule.seen, rule.hits) == (1, 0, 0)
    assert order(account) == ["renamed", "second"]


def test_a_rule_that_is_off_is_not_asked(person: Person, api: Api) -> None:
    rule = add_refusal(person, api.account, "first")
    assert api.get("k8s/v2/apps").status_code == 403
    person.run("switch_off", rule)
    assert person.messages()[-1] == "Switched off 1 fault rule."
    assert api.get("k8s/v2/apps").status_code == 200
    rule.refresh_from_db()
    assert (rule.is_enabled, rule.seen) == (False, 1)
    api.account.refresh_from_db()
    # As cheap as none.
    assert not api.account.has_faults
    assert "first off ↑ ↓ Switch on" in text_of(person.look(list_of(rule)))
    # By the button of the list, too.
    response = person.send(f"{list_of(rule)}{rule.pk}/place/?how=on")
    assert response["Location"] == list_of(rule)
    assert api.get("k8s/v2/apps").status_code == 403


def test_rules_change_places(person: Person, account: Account) -> None:
    rules = [add_refusal(person, account, name) for name in ("a", "b", "c")]
    other = add_refusal(person, world.make_account(name="other"), "a")

    def move(rule: FaultRule, how: str) -> list[str | None]:
        referer = {"Referer": f"http://testserver{list_of(rule)}?q=x"}
        path = f"{list_of(rule)}{rule.pk}/place/?how={how}"
        response: Any = person.client.post(path, headers=referer)
        assert response["Location"] == referer["Referer"]
        return order(account)

    assert move(rules[2], "up") == ["a", "c", "b"]
    assert move(rules[0], "down") == ["c", "a", "b"]
    assert move(rules[2], "up") == ["c", "a", "b"]
    assert move(rules[1], "down") == ["c", "a", "b"]
    assert move(rules[1], "sideways") == ["c", "a", "b"]
    assert order(other.account) == ["a"]
    # The place of one that is gone may be taken by another one, whose id it would get.
    person.run("delete_records", rules[1])
    add_refusal(person, account, "d")
    assert order(account) == ["c", "a", "d"]


def test_a_duplicate_begins_as_the_rule_is(person: Person, account: Account, app: App) -> None:
    rule = add_refusal(person, account, "first", match_app=app.pk, match_next="2")
    response: Any = person.client.get(f"{list_of(rule)}{rule.pk}/duplicate/")
    begun = initial(person, response["Location"])
    assert (begun["name"], begun["effect"], begun["refuse__problem"]) == ("first", "refuse", 11)
    assert (begun["match_app"], begun["match_next"]) == (str(app.pk), 2)
    assert begun["account"] == account.pk
    assert FaultRule.objects.count() == 1


def test_who_may_only_look_changes_nothing(person: Person, account: Account) -> None:
    rule = add_refusal(person, account, "first")
    clerk = Administrator.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_faultrule"))
    visitor = Person(clerk)
    shown = text_of(visitor.look(page_of(rule)))
    assert "refuse problem 11" in shown
    assert "formaction" not in visitor.look(list_of(rule))
    assert visitor.client.post(f"{list_of(rule)}{rule.pk}/place/?how=off").status_code == 403
    rule.refresh_from_db()
    assert rule.is_enabled


def test_a_rule_is_found_by_the_id_of_what_it_is_about(person: Person, account: Account) -> None:
    app, bucket = str(uuid.uuid4()), str(uuid.uuid4())
    add_refusal(person, account, "mondays", match_app=app)
    add_refusal(person, account, "fridays", match_bucket=bucket)
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
