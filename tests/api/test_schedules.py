"""schedules: what a body may leave open, what is a duplicate, what a PUT answers."""

import json
from typing import Any

import pytest

from backups.models import App, Schedule
from tests import world
from tests.conftest import Api, number

DAILY = {
    "type": "application/astra-schedule",
    "version": "1.2",
    "name": "nightly",
    "granularity": "daily",
    "hour": "3",
    "snapshotRetention": "1",
    "backupRetention": "1",
}
RULE = "DTSTART:20220512T000200Z\nRRULE:FREQ=MINUTELY;INTERVAL=10"
CUSTOM = {
    **DAILY,
    "granularity": "custom",
    "hour": None,
    "minute": None,
    "dayOfWeek": None,
    "dayOfMonth": None,
    "recurrenceRule": RULE,
}
WEEKLY = DAILY | {"granularity": "weekly", "dayOfWeek": "0"}


def create(api: Api, app: App, body: Any) -> Any:
    response = api.post(f"k8s/v1/apps/{app.id}/schedules", body)
    assert response.status_code == 201, response.content
    return json.loads(response.content)


def test_null_is_no_value_where_a_member_may_be_left_out(api: Api, app: App) -> None:
    made = create(api, app, CUSTOM | {"enabled": None, "bucketID": None, "metadata": None})
    assert made["recurrenceRule"] == RULE
    assert (made["minute"], made["enabled"]) == ("0", "true")
    assert not made.keys() & {"hour", "dayOfWeek", "dayOfMonth", "bucketID"}
    url = f"k8s/v1/apps/{app.id}/schedules/{made['id']}"
    nulls = dict.fromkeys(("id", "name", "granularity", "hour", "bucketID"))
    kept = api.put(url, DAILY | nulls | {"snapshotRetention": "2"})
    assert kept.json()["snapshotRetention"] == "2"
    assert kept.json()["granularity"] == "custom"


@pytest.mark.parametrize("member", ["name", "granularity", "backupRetention", "nosuch"])
def test_null_is_refused_where_a_member_must_be_given_or_is_unknown(
    api: Api, app: App, member: str
) -> None:
    response = api.post(f"k8s/v1/apps/{app.id}/schedules", DAILY | {member: None})
    assert number(response) == 8


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DAILY, DAILY | {"backupRetention": "5", "snapshotRetention": "0", "replicate": "true"}),
        (DAILY, DAILY | {"minute": "0", "dayOfWeek": "*", "dayOfMonth": None}),
        (WEEKLY, WEEKLY | {"dayOfWeek": "7"}),
        (CUSTOM, CUSTOM | {"minute": "7", "hour": "*"}),
    ],
)
def test_the_same_name_and_times_are_a_duplicate(
    api: Api, app: App, first: Any, second: Any
) -> None:
    create(api, app, first)
    assert number(api.post(f"k8s/v1/apps/{app.id}/schedules", second)) == 132
    create(api, world.make_app(api.account), second)


@pytest.mark.parametrize(
    "other",
    [
        DAILY | {"name": "nightly-2"},
        DAILY | {"hour": "4"},
        DAILY | {"minute": "1"},
        WEEKLY,
        CUSTOM,
        CUSTOM | {"recurrenceRule": RULE.replace("10", "20")},
    ],
)
def test_another_time_is_another_schedule_until_a_put_makes_it_the_same(
    api: Api, app: App, other: Any
) -> None:
    create(api, app, DAILY)
    made = create(api, app, other)
    url = f"k8s/v1/apps/{app.id}/schedules/{made['id']}"
    assert number(api.put(url, DAILY | {"minute": "0"})) == 132
    assert api.read(url) == made


def test_a_put_is_answered_with_the_schedule(api: Api, app: App) -> None:
    made = create(api, app, DAILY)
    url = f"k8s/v1/apps/{app.id}/schedules/{made['id']}"
    answer = api.put(url, DAILY | {"hour": "5"}, Accept="application/astra-schedule+json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/astra-schedule+json")
    assert answer.json() == api.read(url)
    assert answer.json()["hour"] == "5"


def test_an_app_that_was_just_defined_takes_schedules(api: Api) -> None:
    body = {"type": "application/astra-app", "version": "2.2", "name": "young"}
    app = App.objects.get(id=api.post("k8s/v2/apps", body).json()["id"])
    assert app.state == "pending"
    assert create(api, app, DAILY)["id"] == str(Schedule.objects.get(app=app).id)
