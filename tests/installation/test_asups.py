"""AutoSupport bundles: their window, their end, their archive."""

import io
import json
import tarfile
from typing import Any

import pytest

from astra.accounts.models import Account
from installation.models import Asup
from installation.resources.asups import MEMBERS
from tests import world
from tests.conftest import Api, number
from tests.installation.making import make_asup, make_license

ASUPS = "core/v1/asups"
NEW = {"type": "application/astra-asup", "version": "1.0", "upload": "true"}


def test_the_window_is_the_last_day_unless_something_else_is_said(api: Api) -> None:
    made = api.post(ASUPS, NEW).json()
    assert made["dataWindowStart"] == "2026-01-04T12:00:00.123456Z"
    assert made["dataWindowEnd"] == "2026-01-05T12:00:00.123456Z"
    assert (made["creationState"], made["triggerType"]) == ("running", "manual")
    assert (made["uploadState"], made["uploadStateDetails"]) == ("pending", [])


def test_an_end_with_another_offset_is_taken_and_shown_in_utc(api: Api) -> None:
    window = {
        "dataWindowStart": "2026-01-04T12:00:00+01:00",
        "dataWindowEnd": "2026-01-05T00:00:00+00:00",
    }
    made = api.post(ASUPS, NEW | window).json()
    assert made["dataWindowStart"] == "2026-01-04T11:00:00.000000Z"
    assert made["dataWindowEnd"] == "2026-01-05T00:00:00.000000Z"


@pytest.mark.parametrize("licensed", [True, False])
def test_the_upload_ends_with_the_bundle_but_not_without_a_licence(
    api: Api, account: Account, licensed: bool
) -> None:
    if licensed:
        make_license(account)
    made = api.post(ASUPS, NEW).json()
    world.advance(account, 6)
    done = api.read(f"{ASUPS}/{made['id']}", Accept="application/json")
    assert done["creationState"] == "completed"
    assert done["uploadState"] == ("completed" if licensed else "blocked")
    assert bool(done["uploadStateDetails"]) != licensed


def test_without_an_upload_nothing_is_said_of_one(api: Api) -> None:
    made = api.post(ASUPS, NEW | {"upload": "false"}).json()
    assert not {"uploadState", "uploadStateDetails"} & set(made)


@pytest.mark.parametrize("accept", ["application/gzip", "*/*", ""])
def test_the_archive_of_a_bundle_is_had_once_it_is_made(
    api: Api, account: Account, accept: str
) -> None:
    made = make_asup(account, state="completed")
    headers = {"Accept": accept} if accept else {}
    response = api.get(f"{ASUPS}/{made.id}", **headers)
    assert (response.status_code, response["Content-Type"]) == (200, "application/gzip")
    with tarfile.open(fileobj=io.BytesIO(response.content)) as packed:
        member = packed.extractfile("asup.json")
        assert member is not None
        document = json.loads(member.read())
    assert document == api.read(f"{ASUPS}/{made.id}", Accept="application/json")
    assert api.get(f"{ASUPS}/{made.id}", **headers).content == response.content


@pytest.mark.parametrize("accept", ["application/json", "application/astra-asup+json"])
def test_json_is_had_by_its_name(api: Api, account: Account, accept: str) -> None:
    made = make_asup(account, state="completed")
    response = api.get(f"{ASUPS}/{made.id}", Accept=accept)
    assert response["Content-Type"] == accept


def test_a_bundle_that_is_being_made_has_no_archive(api: Api, account: Account) -> None:
    made = make_asup(account)
    assert api.get(f"{ASUPS}/{made.id}")["Content-Type"] == "application/json"
    assert number(api.get(f"{ASUPS}/{made.id}", Accept="application/gzip")) == 32


@pytest.mark.django_db
def test_a_scenario_has_bundles(control: Any) -> None:
    account = {
        "name": "a",
        "clock": {"mode": "manual", "at": "2026-01-05T12:00:00Z"},
        "users": [{"email": "a@example.com", "role": "owner"}],
        "asups": [{"dataWindowStart": "2026-01-01T00:00:00Z", "upload": True, "age": "1d"}],
    }
    response = control.post("accounts", {"scenario": {"scenario": "s", "accounts": [account]}})
    assert response.status_code == 201, response.content
    document = MEMBERS.represent(Asup.objects.get(), world.START)
    assert (document["creationState"], document["uploadState"]) == ("completed", "completed")
    assert document["dataWindowEnd"] == "2026-01-04T12:00:00.000000Z"
