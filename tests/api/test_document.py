"""The examples of the user's document, as they stand there, produced through HTTP.

Source: 'Create a new application backup for an app', example request and responses.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from astra.accounts.models import Account, User
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api

EXAMPLE_REQUEST = """{
  "type": "application/astra-appBackup",
  "version": "1.1",
  "name": "app-name-245"
}"""

EXAMPLE_RESPONSE = """{
  "type": "application/astra-appBackup",
  "version": "1.1",
  "id": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
  "name": "app-name-245",
  "bucketID": "0afbe357-a717-4c7a-8b3d-d0368959c8de",
  "scheduleID": "1fe83650-9b3c-41ef-bb25-a2910c19c33e",
  "state": "pending",
  "stateUnready": [],
  "metadata": {
    "labels": [],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269"
  }
}"""

EXAMPLE_PROBLEMS = {
    401: """{
  "type": "https://astra.netapp.io/problems/3",
  "title": "Missing bearer token",
  "detail": "The request is missing the required bearer token.",
  "status": "401"
}""",
    400: """{
  "type": "https://astra.netapp.io/problems/5",
  "title": "Invalid query parameters",
  "detail": "The supplied query parameters are invalid.",
  "status": "400"
}""",
    409: """{
  "type": "https://astra.netapp.io/problems/10",
  "title": "JSON resource conflict",
  "detail": "The request body JSON contains a field that conflicts with an idempotent value.",
  "status": "409"
}""",
    403: """{
  "type": "https://astra.netapp.io/problems/11",
  "title": "Operation not permitted",
  "detail": "The requested operation isn't permitted.",
  "status": "403"
}""",
    500: """{
  "type": "https://astra.netapp.io/problems/94",
  "title": "Backup not created",
  "detail": "The backup wasn't created because of an internal server issue.",
  "status": "500"
}""",
    404: """{
  "type": "https://astra.netapp.io/problems/2",
  "title": "Collection not found",
  "detail": "The collection specified in the request URI wasn't found.",
  "status": "404"
}""",
}

READ_ONLY_LABEL = {"name": "astra.netapp.io/labels/read-only/triggerType", "value": "backup"}
METADATA = {
    "labels": [READ_ONLY_LABEL],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
}


def _collection(app: App) -> str:
    return f"k8s/v1/apps/{app.id}/appBackups"


def test_the_example_request_gives_the_example_response(api: Api, app: App) -> None:
    """Ids and times aside; without scheduleID, which its own description keeps to schedules."""
    bucket = world.make_bucket(api.account, id="0afbe357-a717-4c7a-8b3d-d0368959c8de")
    response = api.post(_collection(app), EXAMPLE_REQUEST, Accept="application/json")
    assert response.status_code == 201
    answered, expected = json.loads(response.content), json.loads(EXAMPLE_RESPONSE)
    del expected["scheduleID"]
    assert list(answered) == list(expected)
    assert list(answered["metadata"]) == list(expected["metadata"])
    expected["id"] = answered["id"]
    expected["metadata"] = {
        "labels": [],
        "creationTimestamp": "2026-01-05T12:00:00.123456Z",
        "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
        "createdBy": str(api.user_id),
    }
    assert expected["bucketID"] == str(bucket.id)
    assert answered == expected


def test_the_example_is_replied_with_ids_of_any_astra_identifier(account: Account) -> None:
    """The example's user has a version 5 id: seeded ids may be any Astra identifier."""
    user = User.objects.create(
        account=account,
        id="8f84cf09-8036-51e4-b579-bd30cb07b269",
        email="owner@example.com",
        version="1.2",
        **world.AWAKE,
    )
    world.bind(user, "owner")
    app = world.make_app(account, id="00000000-0000-0000-0000-000000000000")
    world.make_bucket(account)
    api = Api(account, world.make_token(user), user.id)
    response = api.post(_collection(app), EXAMPLE_REQUEST)
    assert response.status_code == 201
    created_by = json.loads(response.content)["metadata"]["createdBy"]
    assert created_by == "8f84cf09-8036-51e4-b579-bd30cb07b269"


def _is_example(response: Any) -> None:
    answered = json.loads(response.content)
    example = json.loads(EXAMPLE_PROBLEMS[response.status_code])
    assert {name: answered[name] for name in example} == example
    assert set(answered) - set(example) <= {"correlationID", "invalidFields", "invalidParams"}


def test_the_401_example_comes_without_a_token(account: Account, app: App) -> None:
    _is_example(Api(account, None).post(_collection(app), EXAMPLE_REQUEST))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_400_example_comes_for_a_malformed_query(api: Api, app: App, method: str) -> None:
    query = "limit=0" if method == "GET" else "name=%ff"
    _is_example(api.call(method, f"{_collection(app)}?{query}", EXAMPLE_REQUEST))


def test_the_409_example_comes_for_a_label_of_the_service(
    api: Api, app: App, bucket: Bucket
) -> None:
    _is_example(api.create_backup(app, metadata=METADATA))


def test_the_403_example_comes_for_a_viewer(as_role: Any, app: App) -> None:
    _is_example(as_role("viewer").post(_collection(app), EXAMPLE_REQUEST))


def test_the_404_example_comes_for_an_unknown_app(api: Api) -> None:
    _is_example(api.post(f"k8s/v1/apps/{world.some_id()}/appBackups", EXAMPLE_REQUEST))


@pytest.fixture
def failing_inserts(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE backups_snapshot ADD CONSTRAINT broken CHECK (false) NOT VALID")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE backups_snapshot DROP CONSTRAINT broken")


def test_the_500_example_comes_for_a_failure_inside_the_transaction(
    failing_inserts: None, api: Api, app: App, bucket: Bucket
) -> None:
    _is_example(api.post(_collection(app), EXAMPLE_REQUEST))
