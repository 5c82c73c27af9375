"""Users, roles and tokens by hand: the API's rules, a token shown once."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from astra.accounts.models import Account, Role, RoleBinding, Token, User
from astra.accounts.tokens import digest
from astra.api.dice import NIL_ID
from backups.models import Schedule
from tests import world
from tests.admin.conftest import Person, errors, list_of, page_of, text_of

USER = {"email": "eve@example.com", "auth_provider": "local", "role": "viewer"}


def add_user(person: Person, **fields: Any) -> Any:
    return person.send(f"{list_of(User)}add/", **(USER | fields))


def secret_on(page: str) -> str:
    found = re.search(r'class="astra-secret"[^>]*>([^<]+)<', page)
    assert found is not None
    return found[1]


def call(account: Account, token: str, path: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get(f"/accounts/{account.pk}{path}", headers=headers).status_code


def test_a_user_is_made_with_a_role(person: Person, account: Account) -> None:
    add_user(person, account=account.pk, first_name="Eve", labels="team=red")
    user = User.objects.get()
    assert (user.email, user.first_name, user.state) == ("eve@example.com", "Eve", "active")
    assert user.labels == [{"name": "team", "value": "red"}]
    assert RoleBinding.objects.get().role == "viewer"
    assert "viewer" in person.look(list_of(User))


def test_a_user_may_be_without_a_role(person: Person, account: Account) -> None:
    add_user(person, account=account.pk, role="")
    assert User.objects.count() == 1
    assert not RoleBinding.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email": "nobody"}, {"email": ["Must be an email address."]}),
        ({"email": "taken@example.com"}, {"email": ["A user of this account has this email."]}),
        (
            {"first_name": "x" * 64},
            {"first_name": ["Ensure this field has no more than 63 characters."]},
        ),
    ],
)
def test_a_user_is_refused_in_the_apis_words(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    world.make_user(account, email="taken@example.com")
    response = add_user(person, account=account.pk, **fields)
    assert errors(response) == expected
    assert User.objects.count() == 1


def test_a_user_is_changed_and_its_state_is_not_typed_in(person: Person, account: Account) -> None:
    user = world.make_user(account, "viewer")
    response = person.send(page_of(user), email="new@example.com", first_name="N", state="pending")
    assert response["Location"] == list_of(User)
    user.refresh_from_db()
    assert (user.email, user.first_name, user.state) == ("new@example.com", "N", "active")
    assert user.is_enabled is False


def test_the_last_owner_stays_able_to_call(person: Person, account: Account) -> None:
    owner = world.make_user(account)
    response = person.send(page_of(owner), email=owner.email)
    assert errors(response) == {"__all__": ["The requested operation isn't permitted."]}
    person.run("suspend", owner)
    person.run("delete_records", owner)
    owner.refresh_from_db()
    assert owner.state == "active"


def test_the_only_owner_is_let_in_again(person: Person, account: Account) -> None:
    owner = world.make_user(account, state="suspended")
    person.run("activate", owner)
    owner.refresh_from_db()
    assert (owner.state, str(owner.modified_by)) == ("active", str(NIL_ID))


def test_texts_of_a_user_are_emptied(person: Person, account: Account) -> None:
    user = world.make_user(account, "viewer", first_name="N", phone="1", company_name="C")
    person.send(page_of(user), email=user.email, first_name="", phone="")
    user.refresh_from_db()
    assert (user.first_name, user.phone, user.company_name) == ("", None, "C")


def test_a_user_is_suspended_and_activated(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account)
    token = world.make_token(user)
    assert call(account, token) == 200
    person.run("suspend", user)
    assert call(account, token) == 403
    person.run("activate", user)
    assert call(account, token) == 200


def test_a_deleted_user_takes_its_tokens_along(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account)
    world.make_token(user)
    person.run("delete_records", user)
    assert User.objects.count() == 1
    assert not Token.objects.exists()


def test_a_token_is_shown_once_and_works(person: Person, account: Account) -> None:
    user = world.make_user(account)
    response = person.send(
        f"{list_of(user)}{user.pk}/create_token/", confirmed="create_token", name="laptop"
    )
    assert "no-store" in response["Cache-Control"]
    secret = secret_on(response.content.decode())
    assert call(account, secret) == 200
    token = Token.objects.get()
    assert (token.name, token.digest) == ("laptop", digest(secret))
    assert secret not in person.look(page_of(token))


def test_a_token_can_expire(person: Person, account: Account) -> None:
    user = world.make_user(account)
    fields = {"name": "short", "expires_at_0": "2026-01-05", "expires_at_1": "12:30:00"}
    response = person.run("create_token", user, **fields)
    secret = secret_on(response.content.decode())
    assert call(account, secret) == 200
    world.advance(account, 1800)
    assert call(account, secret) == 401
    assert "expired 2026-01-05 12:30:00" in text_of(person.look(list_of(Token)))


def test_a_token_without_a_name_is_refused(person: Person, account: Account) -> None:
    user = world.make_user(account)
    assert errors(person.run("create_token", user)) == {"name": ["This field is required."]}
    response = person.run("create_token", user, name="x" * 64)
    assert errors(response) == {"name": ["Ensure this field has no more than 63 characters."]}
    assert not Token.objects.exists()


def test_a_token_is_made_from_the_list_of_tokens_too(person: Person, account: Account) -> None:
    user = world.make_user(account)
    response = person.send(f"{list_of(Token)}add/", user=user.pk, name="laptop")
    assert call(account, secret_on(response.content.decode())) == 200
    response = person.send(f"{list_of(Token)}add/", user=user.pk, name="x" * 64)
    assert list(errors(response)) == ["name"]


def test_a_deleted_token_is_revoked(person: Person, account: Account) -> None:
    user = world.make_user(account)
    secret = world.make_token(user)
    person.run("delete_records", Token.objects.get())
    assert call(account, secret) == 401


def test_a_role_is_given_changed_and_taken(person: Person, account: Account) -> None:
    world.make_user(account)
    user = world.make_user(account, None)
    person.send(f"{list_of(RoleBinding)}add/", user=user.pk, role="viewer", constraints="*")
    binding = RoleBinding.objects.get(user=user)
    assert (binding.role, binding.constraints) == ("viewer", ["*"])
    person.send(page_of(binding), role="admin", constraints="*")
    binding.refresh_from_db()
    assert binding.role == "admin"
    person.run("delete_records", binding)
    assert not RoleBinding.objects.filter(user=user).exists()


def test_a_second_role_and_the_last_owners_are_refused(person: Person, account: Account) -> None:
    owner = world.make_user(account, Role.OWNER)
    response = person.send(
        f"{list_of(RoleBinding)}add/", user=owner.pk, role="viewer", constraints="*"
    )
    assert errors(response) == {"user": ["The user has a role in this account."]}
    binding = RoleBinding.objects.get()
    response = person.send(page_of(binding), role="viewer", constraints="*")
    assert errors(response) == {"__all__": ["The requested operation isn't permitted."]}
    binding.refresh_from_db()
    assert binding.role == "owner"


def test_an_account_is_made_with_its_owner(person: Person) -> None:
    form = {"name": "lab", "owner_email": "o@example.com", "clock_mode": "manual", "labels": ""}
    start = {"starts_at_0": "2026-01-05", "starts_at_1": "12:00:00"}
    person.send(f"{list_of(Account)}add/", **form, **start, seed="7")
    account = Account.objects.get()
    assert (account.name, account.clock_mode, account.clock_rate) == ("lab", "manual", 0.0)
    assert account.now().isoformat() == "2026-01-05T12:00:00+00:00"
    assert account.seed == 7
    assert RoleBinding.objects.get().role == "owner"
    assert User.objects.get().email == "o@example.com"


def test_a_real_clock_has_no_offset(person: Person) -> None:
    start = {"starts_at_0": "2026-01-05", "starts_at_1": "12:00:00"}
    person.send(f"{list_of(Account)}add/", name="lab", clock_mode="real", **start)
    account = Account.objects.get()
    assert account.clock_sim == account.clock_real
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "x" * 64}, {"name": ["Ensure this field has no more than 63 characters."]}),
        (
            {"clock_mode": "scaled", "clock_rate": ""},
            {"clock_rate": ["A scaled clock needs a rate above zero."]},
        ),
        ({"owner_email": "nobody"}, {"owner_email": ["Must be an email address."]}),
        (
            {"labels": "astra.netapp.io/labels/read-only/x=1"},
            {"labels": ["Read-only labels are set by the service."]},
        ),
        (
            {"clock_mode": "scaled", "clock_rate": "1000001"},
            {"clock_rate": ["Ensure this value is less than or equal to 1000000."]},
        ),
        (
            {"clock_mode": "manual", "starts_at_0": "9999-12-31", "starts_at_1": "12:00:00"},
            {"__all__": ["Time ends at 9000-01-01."]},
        ),
        ({"stage_delays": "{"}, {"stage_delays": ["Enter a valid JSON."]}),
        (
            {"stage_delays": '{"app-snap-run": "soon", "app-backup-run": 1e10}'},
            {
                "stage_delays": [
                    "app-snap-run: Must be 0 to 1000000000 seconds.",
                    "app-backup-run: Must be 0 to 1000000000 seconds.",
                ]
            },
        ),
        (
            {"stage_delays": "[1]", "immediate_kinds": '{"appSnap": true}'},
            {
                "stage_delays": ["Must be an object of seconds by stage."],
                "immediate_kinds": ["Must be an array of kinds."],
            },
        ),
        (
            {"immediate_kinds": '["appSnap", "cluster"]'},
            {"immediate_kinds": ["1: Must be one of bucket, app, appSnap, appBackup."]},
        ),
    ],
)
def test_a_bad_account_is_refused(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person
) -> None:
    form = {"name": "lab", "clock_mode": "real"} | fields
    assert errors(person.send(f"{list_of(Account)}add/", **form)) == expected
    assert not Account.objects.exists()


def test_an_account_is_renamed_and_hastened(person: Person, account: Account) -> None:
    delays = {"app-backup-run": 0.5}
    person.send(
        page_of(account),
        name="renamed",
        labels="a=1",
        stage_delays=json.dumps(delays),
        immediate_kinds='["appSnap"]',
    )
    account.refresh_from_db()
    assert (account.name, account.stage_delays) == ("renamed", delays)
    assert account.immediate_kinds == ["appSnap"]
    assert account.labels == [{"name": "a", "value": "1"}]


def test_a_deleted_account_is_marked_as_the_api_marks_it(person: Person, account: Account) -> None:
    token = world.make_token(world.make_user(account))
    person.run("delete_records", account)
    account.refresh_from_db()
    assert account.state == "deletePending"
    assert call(account, token) == 403


def test_settle_now_carries_out_what_is_due(person: Person, account: Account) -> None:
    from backups.models import AppBackup
    from tests.admin.conftest import make_backup

    world.make_bucket(account)
    make_backup(world.make_app(account))
    account.clock_sim = account.clock_sim.replace(hour=13)
    account.save(update_fields=["clock_sim"])
    person.run("settle_now", account)
    assert person.messages() == ["Settled 1 account: 6 transitions."]
    assert AppBackup.objects.get().state == "completed"


def test_a_still_clock_is_moved(person: Person, account: Account) -> None:
    from backups.models import AppBackup
    from tests.admin.conftest import make_backup

    world.make_bucket(account)
    make_backup(world.make_app(account))
    person.run("move_clock", account, how="step", by="")
    account.refresh_from_db()
    assert world.START < account.clock_sim < world.START + timedelta(seconds=1)
    person.run("move_clock", account, how="by", by="1s")
    assert AppBackup.objects.get().state == "pending"
    person.run("move_clock", account, how="drain")
    assert AppBackup.objects.get().state == "completed"
    told = person.messages()
    assert told[0] == "Moved the clock of 1 account: 1 transitions."
    assert len(told) == 3


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"how": ""}, {"how": ["This field is required."]}),
        (
            {"how": "by", "by": "soon"},
            {"by": ["'soon' is no duration such as 3d2h, 90s or PT1H30M"]},
        ),
    ],
)
def test_a_move_that_is_none_is_refused(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    assert errors(person.run("move_clock", account, **fields)) == expected


def test_only_a_still_clock_is_moved(person: Person) -> None:
    account = world.make_account(mode="real")
    assert errors(person.run("move_clock", account, how="step")) == {
        "__all__": ["Only a manual clock can be moved; this one is real."]
    }


def test_a_long_move_is_left_to_the_worker(
    person: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("astra.engine.admin.clocks.WAIT_SECONDS", -1.0)
    app = world.make_app(account)
    Schedule.objects.create(
        account=account,
        app=app,
        name="hourly",
        version="1.3",
        granularity="hourly",
        snapshot_retention="1",
        backup_retention="0",
        next_firing_at=world.START + timedelta(hours=1),
        **world.AWAKE,
    )
    person.run("move_clock", account, how="by", by="3h")
    assert person.messages()[0] == "It is a long way: the worker goes on with it."
    assert "advancing" in person.look(list_of(account))


def test_a_clock_is_set(person: Person, account: Account) -> None:
    person.run("set_clock", account, mode="scaled", rate="60")
    account.refresh_from_db()
    assert (account.clock_mode, account.clock_rate) == ("scaled", 60.0)
    assert "60× faster" in person.look(list_of(account))
    person.run("set_clock", account, mode="manual", now_0="2026-02-01", now_1="00:00:00")
    account.refresh_from_db()
    assert account.now().isoformat() == "2026-02-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"mode": "scaled"},
            {"rate": ["A scaled clock has a rate, the others have none."]},
        ),
        (
            {"mode": "manual", "now_0": "2020-01-01", "now_1": "00:00:00"},
            {"now": ["The account's time is 2026-01-05T12:00:00.123456Z already."]},
        ),
    ],
)
def test_a_clock_that_cannot_be_is_refused(
    fields: dict[str, str], expected: dict[str, list[str]], person: Person, account: Account
) -> None:
    assert errors(person.run("set_clock", account, **fields)) == expected


def test_an_administrator_gets_a_password_that_is_not_stored_clear(person: Person) -> None:
    from django.contrib.auth.models import User as Administrator

    fields = {"username": "bea", "password1": "long-enough-1", "password2": "long-enough-1"}
    response = person.send("/admin/auth/user/add/", **fields, usable_password="true")
    assert response.status_code == 302
    bea = Administrator.objects.get(username="bea")
    assert bea.check_password("long-enough-1")
    assert "algorithm" in person.look(page_of(bea))
