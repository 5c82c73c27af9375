"""On a still clock the same requests in the same order get the same answers, byte for byte.

Ids, entity tags and correlation ids included. Source: `docs/architecture.md`, 'Replay'.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from astra.accounts.models import Account
from tests import world
from tests.conftest import BACKUP, Api

ACCOUNT = uuid.UUID("11111111-1111-4111-8111-111111111111")
USER = uuid.UUID("22222222-2222-4222-8222-222222222222")
APP = uuid.UUID("33333333-3333-4333-8333-333333333333")
BUCKET = uuid.UUID("44444444-4444-4444-8444-444444444444")
COLLECTION = f"k8s/v1/apps/{APP}/appBackups"
TOKEN = "c2VjcmV0LXRva2Vu"


@dataclass
class Tape:
    """A caller that records what it gets."""

    api: Api
    recorded: list[tuple[int, dict[str, str], bytes]]

    def call(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        response = self.api.call(method, path, body, **headers)
        received = {name: response[name] for name in sorted(response.headers)}
        self.recorded.append((response.status_code, received, response.content))
        return response


def _play(seed: int) -> list[tuple[int, dict[str, str], bytes]]:
    account = world.make_account(id=ACCOUNT, seed=seed, name="replay")
    user = world.make_user(account, id=USER, email="replay@example.com")
    world.make_app(account, id=APP, name="shop")
    world.make_bucket(account, id=BUCKET, name="store", credential_id=BUCKET)
    api = Api(account, world.make_token(user, clear=TOKEN), USER)
    tape = Tape(api, [])
    first = json.loads(tape.call("POST", COLLECTION, BACKUP | {"name": "first"}).content)
    tape.call("POST", COLLECTION, BACKUP | {"name": "first"})
    tape.call("POST", COLLECTION, BACKUP, Accept="application/astra-appBackup+json")
    tape.call("POST", COLLECTION, {"name": "No"})
    tape.call("POST", COLLECTION, b"{")
    tape.call("GET", f"{COLLECTION}/{first['id']}")
    tape.call("GET", "nowhere")
    tape.call("PATCH", COLLECTION)
    for seconds in (1.5, 2, 4, 10, 100):
        world.advance(account, seconds)
        tape.call("GET", COLLECTION)
        tape.call("GET", f"k8s/v1/apps/{APP}/appSnaps?count=true")
        tape.call("GET", "topology/v1/appBackups?include=id,state,percentDone&limit=1")
        tape.call("GET", "topology/v1/buckets")
    tape.call("DELETE", f"{COLLECTION}/{first['id']}")
    tape.call("GET", f"{COLLECTION}/{first['id']}")
    tape.call("GET", "k8s/v2/apps?limit=0")
    tape.call("POST", COLLECTION, BACKUP)
    return tape.recorded


def _played(seed: int) -> list[tuple[int, dict[str, str], bytes]]:
    with transaction.atomic():
        recorded = _play(seed)
        transaction.set_rollback(True)
    return recorded


@pytest.mark.django_db
def test_the_same_seed_and_requests_give_the_same_bytes() -> None:
    first, second = _played(7), _played(7)
    assert first == second
    assert len(first) == 32
    statuses = [status for status, _, _ in first]
    assert (statuses.count(201), statuses.count(204)) == (3, 1)
    assert {200, 400, 404, 405, 409} <= set(statuses)
    assert all(b"correlationID" in body for status, _, body in first if status >= 400)


@pytest.mark.django_db
def test_another_seed_gives_other_ids_and_the_same_course() -> None:
    first, second = _played(7), _played(8)
    assert [status for status, _, _ in first] == [status for status, _, _ in second]
    assert json.loads(first[0][2])["id"] != json.loads(second[0][2])["id"]


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["real", "scaled"])
def test_elsewhere_ids_are_random(mode: str) -> None:
    ids = []
    for _ in range(2):
        account = world.make_account(mode=mode)
        api = Api(account, world.make_token(world.make_user(account)))
        world.make_bucket(account)
        ids.append(json.loads(api.create_backup(world.make_app(account)).content)["id"])
    assert ids[0] != ids[1]
    assert set(Account.objects.values_list("draws", flat=True)) == {0}


def test_ids_that_follow_from_the_seed_are_version_4_and_never_repeat(api: Api) -> None:
    problems = [json.loads(api.get("nowhere").content) for _ in range(50)]
    ids = {uuid.UUID(problem["correlationID"]) for problem in problems}
    assert len(ids) == 50
    assert {identifier.version for identifier in ids} == {4}


def test_a_read_draws_nothing(api: Api) -> None:
    for path in ("", "k8s/v2/apps", "topology/v1/appBackups"):
        assert api.get(path).status_code == 200
    api.account.refresh_from_db()
    assert api.account.draws == 0
