"""Throwaway accounts: new, reset, deleted."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from astra.accounts.belongings import belongings
from astra.accounts.finding import UnknownAccountError
from astra.accounts.models import Account, Token
from astra.isolation import accounts
from astra.isolation.accounts import (
    AccountWanted,
    NewAccount,
    account_delete,
    account_new,
)
from astra.isolation.resetting import NoOriginError, account_reset
from astra.isolation.rows import state_rows
from astra.scenarios.errors import ScenarioError
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api
from tests.world import settle_account

STILL = {"mode": "manual", "at": "2026-01-05T12:00:00Z"}


def new(**members: Any) -> tuple[NewAccount, Api]:
    made = account_new(AccountWanted(**members))
    return made, Api(Account.objects.get(id=made.account.id), made.token, made.owner_id)


def state(account: Account) -> list[tuple[str, str]]:
    """Everything of the account but when its history was recorded."""
    rows = [(label, json.loads(text)) for label, text in state_rows(account.id)]
    for _, row in rows:
        row.pop("recorded_at", None)
        row.pop("clock_real", None)
    return sorted((label, json.dumps(row, sort_keys=True)) for label, row in rows)


def rows_left(account: Account) -> dict[str, int]:
    left = {
        item.label: item.model._default_manager.filter(
            **{"id" if item.column == "id" else "account_id": account.id}
        ).count()
        for item in belongings()
    }
    return {label: count for label, count in left.items() if count}


@pytest.mark.django_db
class TestNew:
    def test_it_has_what_the_scenario_says_and_a_token_of_its_owner(self) -> None:
        made, api = new(clock=STILL)
        assert made.account.name == "throwaway"
        assert [app["name"] for app in api.read("k8s/v2/apps?orderBy=name")["items"]] == [
            "orders-db",
            "web-shop",
        ]
        assert len(api.read("topology/v1/buckets")["items"]) == 2
        user = api.read(f"core/v1/users/{made.owner_id}")
        assert user["email"] == "owner@example.com"
        assert user["metadata"]["creationTimestamp"] == "2026-01-05T12:00:00.000000Z"

    def test_its_clock_stands_still_unless_another_is_asked_for(self) -> None:
        assert new()[0].account.clock_rate == 0
        assert new(scenario="empty")[0].account.clock_rate == 0
        assert new(clock={"mode": "real"})[0].account.clock_rate == 1
        assert new(clock={"mode": "scaled", "rate": 60.0})[0].account.clock_rate == 60

    def test_a_backup_can_be_made_and_completes(self) -> None:
        made, api = new()
        app = App.objects.get(account=made.account, name="web-shop")
        assert api.create_backup(app).status_code == 201
        settle_account(made.account.id, made.account.now() + timedelta(minutes=1))
        assert AppBackup.objects.get(account=made.account).state == "completed"

    def test_many_of_one_scenario_share_no_id(self) -> None:
        accounts = [new()[0].account for _ in range(3)]
        apps = App.objects.filter(account__in=accounts)
        assert len({app.id for app in apps}) == len({app.cluster_id for app in apps}) * 2 == 6
        assert len({account.seed for account in accounts}) == 3

    def test_a_seed_decides_the_ids(self) -> None:
        first, _ = new(seed=5, clock=STILL)
        before = state(first.account)
        account_delete(first.account.id)
        again, _ = new(seed=5, clock=STILL)
        assert [row for row in state(again.account) if row[0] != "accounts.token"] == [
            row for row in before if row[0] != "accounts.token"
        ]
        second, _ = new(seed=5)
        assert second.account.id != again.account.id
        assert second.account.seed != again.account.seed

    def test_who_was_quicker_with_the_seed_may_be_gone_already(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make = accounts._make

        def beaten(*arguments: Any) -> NewAccount:
            monkeypatch.setattr(accounts, "_make", make)
            rival = make(*arguments)
            try:
                return make(*arguments)
            finally:
                account_delete(rival.account.id)

        first, _ = new(seed=5)
        account_delete(first.account.id)
        monkeypatch.setattr(accounts, "_make", beaten)
        second, _ = new(seed=5)
        assert second.account.id == first.account.id

    def test_what_is_no_race_is_not_tried_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tried: list[Any] = []

        def fail(*arguments: Any) -> NewAccount:
            tried.append(arguments)
            raise IntegrityError("not for the id")

        monkeypatch.setattr(accounts, "_make", fail)
        with pytest.raises(IntegrityError):
            new(seed=5)
        assert 1 < len(tried) <= 10

    def test_a_document_of_ones_own_may_have_ids_and_history(self) -> None:
        document = {
            "scenario": "mine",
            "accounts": [
                {
                    "name": "a",
                    "id": "11111111-1111-4111-8111-111111111111",
                    "users": [{"email": "o@example.com", "role": "owner"}],
                    "buckets": [
                        {"name": "b", "id": "21111111-1111-4111-8111-111111111111", "age": "9d"}
                    ],
                    "apps": [{"name": "x", "age": "9d", "backups": [{"name": "old", "age": "1d"}]}],
                }
            ],
        }
        for _ in range(2):
            made, api = new(scenario=document)
            backup = AppBackup.objects.get(account=made.account)
            assert backup.state == "completed"
            assert Bucket.objects.get(account=made.account).stored_bytes == backup.total_bytes
            assert len(api.read("topology/v1/appBackups")["items"]) == 1

    def test_a_scenario_must_have_one_account_with_an_owner(self) -> None:
        with pytest.raises(ScenarioError, match="one account in it, not 3"):
            new(scenario="demo")
        with pytest.raises(ScenarioError, match="must be an owner"):
            new(scenario={"scenario": "s", "accounts": [{"name": "a"}]})

    def test_it_takes_few_statements(self) -> None:
        new()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            new_account = account_new(AccountWanted())
        assert new_account.token
        # savepoint, rows, history of what has any, settings, features, end of the savepoint
        assert len(queries) == 9


@pytest.mark.django_db
class TestReset:
    def test_it_is_as_it_was_made(self) -> None:
        made, api = new(clock=STILL)
        before, page = state(made.account), api.get("k8s/v2/apps")
        app = App.objects.filter(account=made.account).earliest("name")
        first = api.create_backup(app)
        assert first.status_code == 201
        assert api.put("", {"name": "renamed"}).status_code in (204, 400)
        world.make_token(made.account.user_set.latest("email"))
        settle_account(made.account.id, made.account.now() + timedelta(days=1))
        account_reset(made.account.id)
        assert state(made.account) == before
        again = api.get("k8s/v2/apps")
        assert (again.content, again["ETag"]) == (page.content, page["ETag"])
        # the same requests then get the same answers
        assert api.create_backup(app).content == first.content

    def test_a_real_clock_goes_on(self) -> None:
        made, api = new(clock={"mode": "real"})
        account_reset(made.account.id)
        account = Account.objects.get(id=made.account.id)
        assert account.clock_sim > made.account.clock_sim
        assert api.get("k8s/v2/apps").status_code == 200

    def test_its_time_to_live_goes_on(self) -> None:
        made, _ = new(ttl=timedelta(minutes=5))
        assert account_reset(made.account.id).expires_at == made.account.expires_at

    def test_an_account_of_another_making_is_refused(self, account: Account) -> None:
        with pytest.raises(NoOriginError):
            account_reset(account.id)


@pytest.mark.django_db
class TestDelete:
    def test_everything_is_gone_and_others_are_not(self) -> None:
        made, api = new()
        other, other_api = new()
        before = state(other.account)
        api.create_backup(App.objects.filter(account=made.account).earliest("name"))
        account_delete(made.account.id)
        assert rows_left(made.account) == {}
        assert api.get("k8s/v2/apps").status_code == 401
        assert state(other.account) == before
        assert other_api.get("k8s/v2/apps").status_code == 200
        connection.check_constraints()

    def test_an_unknown_account_is_said(self) -> None:
        made, _ = new()
        account_delete(made.account.id)
        with pytest.raises(UnknownAccountError):
            account_delete(made.account.id)
        assert not Token.objects.filter(account=made.account).exists()
