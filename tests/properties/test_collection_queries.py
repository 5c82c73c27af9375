"""Lists against a model in plain Python: filter, orderBy, include, limit, skip, count, continue."""

import json
import random
import string
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backups.lifecycle import APP_BACKUP
from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, number
from tests.properties import query_model

COLLECTION = "topology/v1/appBackups"
ROWS = 60
relaxed = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def items(api: Api, app: App, bucket: Bucket) -> list[dict[str, Any]]:
    """Backups of every state with values that collide, as the API shows them."""
    dice = random.Random(11)
    snapshot = world.make_snapshot(app)
    for index in range(ROWS):
        state = dice.choice(APP_BACKUP.states)
        start = world.START - timedelta(seconds=dice.randrange(5))
        world.make_backup(
            app,
            bucket,
            name=f"{dice.choice('ab')}-{index}",
            version=dice.choice(["1.0", "1.1"]),
            state=state,
            created_at=start,
            modified_at=start + timedelta(microseconds=dice.randrange(3)),
            running_at=dice.choice([None, start]) if state != "completed" else start,
            full_at=start + timedelta(seconds=dice.choice([0, 7, 10])),
            ends_at=dice.choice([None, start + timedelta(seconds=3), start - timedelta(seconds=1)]),
            total_bytes=dice.choice([0, 1, 1000, 10_000]),
            snapshot=dice.choice([None, snapshot]),
            snapshot_shown=dice.choice([False, True]),
            hook_state=dice.choice([None, "success", "failed"]),
            state_unready=dice.choice([[], ["Disk full."], ["Disk full.", "No node."]]),
            labels=dice.choice([[], [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]]),
            schedule_id=dice.choice([None, world.some_id()]),
        )
    items: list[dict[str, Any]] = fetch(api, {})["items"]
    return items


def fetch(api: Api, parameters: dict[str, str]) -> Any:
    response = api.get(f"{COLLECTION}?{urlencode(parameters)}")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def literals(items: list[dict[str, Any]], path: str) -> list[str]:
    values = {str(value) for item in items for value in query_model._extract(item, path)}
    return sorted(value for value in values if "'" not in value) or ["x"]


VALUES = st.text(string.ascii_letters + string.digits + ".,-:/_ ", min_size=1, max_size=8)


@st.composite
def queries(draw: st.DrawFn, items: list[dict[str, Any]]) -> dict[str, str]:
    """Parameters, mostly good ones."""
    path = draw(st.sampled_from([*sorted(query_model.PATHS), "nowhere", "metadata.labels"]))
    literal = draw(st.sampled_from(literals(items, path)) | VALUES)
    operator = draw(st.sampled_from(["eq", "lt", "lte", "gt", "gte", "in", "ne"]))
    if operator == "in":
        literal += "," + draw(st.sampled_from(literals(items, path)))
    ordered = draw(st.sampled_from([*sorted(query_model.ORDERABLE), "metadata", "nowhere"]))
    members = st.sampled_from([*sorted(query_model.MEMBERS), "nowhere"])
    every = {
        "filter": f"{path} {operator} '{literal}'",
        "orderBy": ordered + draw(st.sampled_from(["", " desc", " asc"])),
        "include": ",".join(draw(st.lists(members, min_size=1, max_size=4))),
        "limit": draw(st.sampled_from(["1", "7", "59", "60", "1000", "0", "-1", "x"])),
        "skip": draw(st.sampled_from(["1", "13", "60", "999", "0", "01"])),
        "count": draw(st.sampled_from(["true", "true", "false"])),
    }
    names = draw(st.sets(st.sampled_from(sorted(every)), min_size=1, max_size=4))
    return {name: every[name] for name in names}


def test_a_list_answers_as_the_model_says(api: Api, items: list[dict[str, Any]]) -> None:
    answered = {"refused": 0, "shown": 0}

    @relaxed
    @given(queries(items))
    def check(parameters: dict[str, str]) -> None:
        try:
            shown, matching = query_model.answer(items, parameters)
        except query_model.Refused:
            answered["refused"] += 1
            assert number(api.get(f"{COLLECTION}?{urlencode(parameters)}")) == 5
            return
        answered["shown"] += 1
        document = fetch(api, parameters)
        assert document["items"] == shown
        assert document["metadata"].get("count") == (matching if "count" in parameters else None)

    check()
    assert min(answered.values()) > 20


def walk(
    api: Api, parameters: dict[str, str], between: Callable[[], None] = lambda: None
) -> list[str]:
    """The ids of a list, page by page."""
    ids: list[str] = []
    token = None
    while True:
        page = fetch(api, parameters | ({"continue": token} if token else {}))
        ids += [item["id"] for item in page["items"]]
        token = page["metadata"].get("continue")
        if token is None:
            return ids
        between()


@pytest.mark.parametrize("order", [None, *sorted(query_model.ORDERABLE)])
@pytest.mark.parametrize("direction", ["", " desc"])
def test_pages_join_to_the_whole_list(
    api: Api, items: list[dict[str, Any]], order: str | None, direction: str
) -> None:
    parameters = {"orderBy": order + direction} if order else {}
    whole = [item["id"] for item in fetch(api, parameters)["items"]]
    assert len(whole) == ROWS
    assert walk(api, parameters | {"limit": "7"}) == whole


@pytest.mark.parametrize("order", [None, "id", "id desc", "name", "name desc"])
def test_a_walk_keeps_what_was_there_throughout(
    api: Api, app: App, bucket: Bucket, items: list[dict[str, Any]], order: str | None
) -> None:
    dice = random.Random(5)
    gone: set[str] = set()
    came: set[str] = set()

    def disturb() -> None:
        victim = dice.choice([item["id"] for item in items if item["id"] not in gone])
        AppBackup.objects.filter(id=victim).delete()
        gone.add(victim)
        backup = world.make_backup(
            app,
            bucket,
            name=f"{dice.choice('abz')}-new-{len(came)}",
            created_at=world.START - timedelta(seconds=dice.randrange(5)),
        )
        came.add(str(backup.id))

    ids = walk(api, {"limit": "4"} | ({"orderBy": order} if order else {}), disturb)
    assert len(ids) == len(set(ids))
    assert {item["id"] for item in items} - gone <= set(ids)
    assert len(gone) > 10


def test_a_token_of_another_order_is_refused(api: Api, items: list[dict[str, Any]]) -> None:
    token = fetch(api, {"limit": "7", "orderBy": "name"})["metadata"]["continue"]
    for order in ({}, {"orderBy": "id"}, {"orderBy": "name desc"}):
        query = urlencode({"limit": "7", "continue": token} | order)
        assert number(api.get(f"{COLLECTION}?{query}")) == 5
