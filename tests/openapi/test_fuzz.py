"""Thousands of requests that schemathesis makes from both documents; `make fuzz` for many of them."""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import GenerationMode

from astra.accounts.models import Account, Role
from astra.accounts.tokens import issue_token
from backups.models import AppAsset, Schedule
from tests import reference, world
from tests.openapi.fuzzing import Fuzzer, Ids, cut, readable

pytestmark = pytest.mark.fuzz

# Requests of each operation, from each document, in each mode.
EXAMPLES = int(os.environ.get("ASTRA_FUZZ_EXAMPLES", "2"))


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """Keep the connection over requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(account: Account) -> str:
    return world.make_token(world.make_user(account, Role.OWNER))


@pytest.fixture
def ids(account: Account) -> Ids:
    """A world with something of every kind, and its ids by path parameter."""
    app = world.make_app(account)
    bucket = world.make_bucket(account, stored_bytes=1_000_000)
    spare = world.make_bucket(account)
    snapshots = [world.make_snapshot(app) for _ in range(2)]
    states = ("completed", "failed", "running", "pending")
    backups = [
        world.make_backup(
            app, bucket, state=state, created_at=world.START - timedelta(minutes=number)
        )
        for number, state in enumerate(states)
    ]
    schedule = Schedule.objects.create(
        account=account,
        app=app,
        name="nightly",
        version="1.3",
        granularity="hourly",
        snapshot_retention="1",
        backup_retention="1",
        **world.AWAKE,
    )
    user = world.make_user(account, None)
    bound = world.make_user(account, None)
    asset = AppAsset.objects.filter(app=app)[0]
    token, _ = issue_token(user=user, name="fuzzed", now=world.START)
    rows: dict[str, Iterable[Any]] = {
        "account_id": [account],
        "app_id": [app],
        "bucket_id": [bucket, spare],
        "appSnap_id": snapshots,
        "appBackup_id": backups,
        "schedule_id": [schedule],
        "appAsset_id": [asset],
        "user_id": [user, bound],
        "token_id": [token],
        "roleBinding_id": [world.bind(bound, Role.VIEWER)],
    }
    return {name: [str(row.id) for row in found] for name, found in rows.items()}


def documents(document: Any) -> dict[str, Any]:
    simulated = {
        path: item for path, item in document["paths"].items() if path.startswith("/accounts")
    }
    found = {"ours": readable(document | {"paths": simulated})}
    if (judge := reference.load()) is not None:
        found["published"] = readable(cut(judge.document, simulated))
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
@pytest.mark.parametrize("source", ["ours", "published"])
def test_every_answer_is_documented(
    document: Any, source: str, mode: GenerationMode, ids: Ids, token: str, capsys: Any
) -> None:
    sources = documents(document)
    if source not in sources:
        pytest.skip(f"no {reference.FILE} in {reference.folder()}")
    fuzzer = Fuzzer(sources[source], ids=ids, token=token)
    found = fuzzer.run(mode, examples=EXAMPLES)
    if "ASTRA_FUZZ_EXAMPLES" in os.environ:
        with capsys.disabled():
            sys.stdout.write(f"\n{source}, {mode.value}: {fuzzer.summary()}\n")
    assert found == [], "\n".join(found)
