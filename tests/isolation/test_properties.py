"""Whatever happens in between: restored is as saved, and accounts do not see each other."""

import functools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astra.accounts.models import Account
from astra.engine.clocks import clock_advance
from astra.isolation.accounts import AccountWanted, account_delete, account_new
from astra.isolation.checkpoints import checkpoint_restore, checkpoint_save
from backups.models import App, AppBackup, Snapshot
from tests.conftest import Api
from tests.isolation.test_accounts import STILL, state
from tests.isolation.test_checkpoints import SCHEDULE, pages

ACTS = ("backup", "snapshot", "delete-backup", "delete-snapshot", "schedule", "move", "user")


def act(api: Api, name: str, number: int) -> None:
    """Do something in the account, if there is something to do it to."""
    apps = App.objects.filter(account=api.account).order_by("name")
    app = apps[number % len(apps)]
    if name == "backup":
        api.create_backup(app)
    elif name == "snapshot":
        api.post(
            f"k8s/v1/apps/{app.id}/appSnaps",
            {"type": "application/astra-appSnap", "version": "1.1"},
        )
    elif name == "delete-backup":
        for backup in AppBackup.objects.filter(account=api.account).order_by("id")[:1]:
            api.delete(f"k8s/v1/apps/{backup.app_id}/appBackups/{backup.id}")
    elif name == "delete-snapshot":
        for snap in Snapshot.objects.filter(account=api.account).order_by("id")[:1]:
            api.delete(f"k8s/v1/apps/{snap.app_id}/appSnaps/{snap.id}")
    elif name == "schedule":
        api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE | {"name": f"n{number}"})
    elif name == "move":
        clock_advance(account_id=api.account.id, by=timedelta(seconds=number * 60))
    else:
        body = {"type": "application/astra-user", "version": "1.2", "email": f"u{number}@x.org"}
        api.post("core/v1/users", body)


acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 150)), max_size=8)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=acts, after=acts)
def test_restored_is_as_saved_whatever_happened_since(
    before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    made = account_new(AccountWanted(clock=STILL))
    api = Api(Account.objects.get(id=made.account.id), made.token)
    for step in before:
        act(api, *step)
    checkpoint_save(account_id=api.account.id, name="here")
    saved, shown = state(api.account), pages(api)
    for step in after:
        act(api, *step)
    changed = state(api.account)
    checkpoint_restore(account_id=api.account.id, name="here")
    assert state(api.account) == saved
    assert pages(api) == shown
    # and the same again leads to the same
    for step in after:
        act(api, *step)
    assert state(api.account) == changed
    account_delete(api.account.id)


def _life(number: int) -> set[str]:
    """Live in an account of one's own; return the ids seen there that are of backups."""
    try:
        made = account_new(AccountWanted(clock=STILL, seed=3))
        api = Api(Account.objects.get(id=made.account.id), made.token)
        app = App.objects.filter(account=made.account).earliest("name")
        for _ in range(number % 3 + 1):
            assert api.create_backup(app).status_code == 201
        clock_advance(account_id=api.account.id, by=timedelta(minutes=1))
        listed = api.read("topology/v1/appBackups?include=id,state")["items"]
        assert [state for _, state in listed] == ["completed"] * (number % 3 + 1)
        assert len(api.read("k8s/v2/apps")["items"]) == 2
        if number % 2:
            account_delete(made.account.id)
        return {identifier for identifier, _ in listed}
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
@pytest.mark.unmeasured
def test_200_accounts_of_one_seed_live_side_by_side() -> None:
    # 200 lives, some at once: more would only pass the interpreter's lock around.
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(_life, range(200)))
    kept = [ids for number, ids in enumerate(seen) if not number % 2]
    assert len(functools.reduce(set.union, kept)) == sum(map(len, kept))
    assert Account.objects.count() == 100
