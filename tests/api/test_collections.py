"""Lists: the parameters include, limit, skip, count and continue, on appBackups.

Source: section 3 of `appbackup.md` and `docs/architecture.md`, 'Query'. `filter` and `orderBy` are
held against a model in ``tests.properties``.
"""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from backups.models import App, AppBackup, Bucket
from tests import world
from tests.conftest import Api, invalid, number

PATH = "topology/v1/appBackups"
MALFORMED = {
    "include": [
        "",
        ",",
        "id,",
        ",id",
        "id,,name",
        "id, name",
        "metadata.labels",
        "id;name",
        "*",
        "[id]",
        "i%64%20",
        "id%0A",
    ],
    "limit": [
        "",
        "0",
        "-1",
        "+1",
        "01",
        "1.0",
        "1e3",
        "x",
        "1%20",
        "1%0A",
        "%D9%A1",
        "9223372036854775808",
        "9" * 100,
    ],
    "skip": ["", "0", "-1", "01", "x", "1%0A", "9223372036854775808", "9" * 100],
    "count": ["", "false", "True", "1", "true%0A", "true,true"],
    "continue": [
        "x",
        "====",
        "e30",
        "e30%3D%0A",
        "W10%3D",
        "bnVsbA%3D%3D",
        "MQ%3D%3D",
        "Int9Ig%3D%3D",
    ],
    "orderBy": [
        "",
        "name%20asc",
        "name%20desc%20",
        "%20name",
        "name,id",
        "-name",
        "name%20%20desc",
        "metadata.labels",
        "nosuch",
        "nosuch%20desc",
        "Name",
    ],
    "filter": [
        "",
        "name",
        "name%20eq%20a",
        "name%20ne%20'a'",
        "name%20EQ%20'a'",
        "name%20eq%20''",
        "name%20eq%20'a'b",
        "name%20%20eq%20'a'",
        "nosuch%20eq%20'a'",
        "name%20eq%20'a',",
    ],
}


def _make(app: App, bucket: Bucket, count: int, *, first: int = 0) -> list[str]:
    """Store backups a second apart; return their ids in order."""
    rows = [
        AppBackup(
            id=world.some_id(),
            account_id=app.account_id,
            app=app,
            bucket=bucket,
            name=f"b-{index}",
            version="1.1",
            state="pending",
            total_bytes=1,
            created_at=world.START + timedelta(seconds=index),
            modified_at=world.START,
        )
        for index in range(first, first + count)
    ]
    AppBackup.objects.bulk_create(rows)
    return [str(row.id) for row in rows]


def _ids(page: Any) -> list[str]:
    return [item[0] if isinstance(item, list) else item["id"] for item in page["items"]]


def _page(api: Api, query: str, token: str | None = None) -> Any:
    resumed = f"&continue={quote(token, safe='')}" if token else ""
    return api.read(f"{PATH}?include=id&{query}{resumed}")


@pytest.mark.parametrize("name", list(MALFORMED))
def test_a_malformed_value_is_problem_5(api: Api, name: str) -> None:
    for value in MALFORMED[name]:
        response = api.get(f"{PATH}?{name}={value}")
        assert (number(response), invalid(response), value) == (5, [name], value)


@pytest.mark.parametrize("name", sorted(set(MALFORMED) - {"filter"}))
def test_a_repeated_parameter_is_problem_5(api: Api, name: str) -> None:
    value = {
        "include": "id",
        "limit": "1",
        "skip": "1",
        "count": "true",
        "continue": "e30%3D",
        "orderBy": "name",
    }[name]
    response = api.get(f"{PATH}?{name}={value}&{name}={value}")
    assert (number(response), invalid(response)) == (5, [name])
    assert json.loads(response.content)["invalidParams"][0]["reason"] == "Must not be repeated."


def test_every_malformed_parameter_is_named_at_once(api: Api) -> None:
    response = api.get(f"{PATH}?limit=0&count=no&include=id&skip=x&orderBy=")
    assert number(response) == 5
    assert sorted(invalid(response)) == ["count", "limit", "orderBy", "skip"]


@pytest.mark.parametrize(
    "query", ["page=1", "Limit=1", "limit%20=1", "=1", "limit[]=1", "%00=", "a", "a;b=c"]
)
def test_an_unknown_parameter_is_problem_6_even_beside_a_malformed_one(
    api: Api, query: str
) -> None:
    assert number(api.get(f"{PATH}?{query}")) == 6
    assert number(api.get(f"{PATH}?limit=0&{query}")) == 6


@pytest.mark.parametrize(
    "query", ["limit=%ff", "%ff=1", "include=id&skip=%c3%28", "limit=%ed%a0%80"]
)
def test_a_query_that_is_no_utf8_is_problem_5(api: Api, query: str) -> None:
    response = api.get(f"{PATH}?{query}")
    assert number(response) == 5
    assert len(invalid(response)) == 1


@pytest.mark.parametrize("query", ["", "&", "&&", "limit=1&", "&limit=1"])
def test_empty_pieces_of_a_query_say_nothing(api: Api, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status_code == 200


def test_include_gives_null_where_a_backup_has_no_value(api: Api, app: App, bucket: Bucket) -> None:
    backup = world.make_backup(app, bucket, state="pending", name="b")
    rows = api.read(f"{PATH}?include=percentDone,id,scheduleID,name,stateUnready")["items"]
    assert rows == [[None, str(backup.id), None, "b", []]]


def test_include_takes_a_field_twice_and_gives_objects_whole(
    api: Api, app: App, bucket: Bucket
) -> None:
    labels = [{"name": "team", "value": "a"}]
    world.make_backup(app, bucket, name="b", labels=labels)
    ((metadata, first, second),) = api.read(f"{PATH}?include=metadata,name,name")["items"]
    assert metadata["labels"] == labels
    assert (first, second) == ("b", "b")


def test_a_limit_without_more_behind_it_has_no_continue(api: Api, app: App, bucket: Bucket) -> None:
    ids = _make(app, bucket, 3)
    for limit in (3, 4, 10**6, 2**63 - 1):
        page = _page(api, f"limit={limit}")
        assert (_ids(page), page["metadata"]) == (ids, {})
    page = _page(api, "limit=2")
    assert _ids(page) == ids[:2]
    assert list(page["metadata"]) == ["continue"]


def test_skip_passes_over_so_many(api: Api, app: App, bucket: Bucket) -> None:
    ids = _make(app, bucket, 5)
    assert _ids(_page(api, "skip=2")) == ids[2:]
    assert _ids(_page(api, "skip=2&limit=2")) == ids[2:4]
    assert _ids(_page(api, "skip=5")) == []
    assert _ids(_page(api, f"skip={2**63 - 1}")) == []


def test_count_is_of_all_whatever_is_shown(api: Api, app: App, bucket: Bucket) -> None:
    _make(app, bucket, 5)
    for query in ("count=true", "count=true&limit=1", "count=true&skip=4", "count=true&skip=9"):
        assert api.read(f"{PATH}?{query}")["metadata"]["count"] == 5
    assert "count" not in api.read(PATH)["metadata"]


def test_a_walk_neither_repeats_nor_loses_what_was_there_throughout(
    api: Api, app: App, bucket: Bucket
) -> None:
    """Rows come before and behind the page, and the row that the token points at goes."""
    ids = _make(app, bucket, 10, first=10)
    seen, token, pages = [], None, 0
    while True:
        page = _page(api, "limit=3", token)
        seen += _ids(page)
        token = page["metadata"].get("continue")
        if token is None:
            break
        pages += 1
        _make(app, bucket, 1, first=pages)
        _make(app, bucket, 1, first=100 + pages)
        AppBackup.objects.filter(id=seen[-1]).delete()
    assert seen[:10] == ids
    assert len(set(seen)) == len(seen) == 14
    assert pages == 4


def test_a_token_goes_on_in_another_page_size_and_projection(
    api: Api, app: App, bucket: Bucket
) -> None:
    ids = _make(app, bucket, 6)
    token = _page(api, "limit=1")["metadata"]["continue"]
    page = api.read(f"{PATH}?limit=2&continue={quote(token, safe='')}")
    assert [item["id"] for item in page["items"]] == ids[1:3]
    assert _ids(_page(api, "skip=3&count=true", token)) == ids[4:]


def test_a_token_may_be_sent_without_escaping_its_padding(
    api: Api, app: App, bucket: Bucket
) -> None:
    ids = _make(app, bucket, 2)
    token = _page(api, "limit=1")["metadata"]["continue"]
    assert base64.b64decode(token, validate=True)
    assert _ids(api.read(f"{PATH}?include=id&continue={token.replace('+', '%2B')}")) == ids[1:]


def test_a_list_of_more_than_a_thousand_is_streamed_whole(
    api: Api, app: App, bucket: Bucket
) -> None:
    ids = _make(app, bucket, 1001)
    response = api.get(f"{PATH}?count=true")
    assert response.was_streamed
    page = json.loads(response.content)
    assert _ids(page) == ids
    assert page["metadata"] == {"count": 1001}
    response = api.get(f"{PATH}?include=id&limit=999")
    assert not response.was_streamed
    assert _ids(json.loads(response.content)) == ids[:999]


@pytest.fixture
def _fetching_ten_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is about where one page of rows ends and the next begins."""
    monkeypatch.setattr("astra.api.collections.PAGE", 10)


@pytest.mark.usefixtures("_fetching_ten_at_a_time")
@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 19, 20, 21, 25])
def test_a_list_of_several_fetches_is_whole(api: Api, app: App, bucket: Bucket, size: int) -> None:
    ids = _make(app, bucket, size)
    response = api.get(f"{PATH}?count=true")
    assert response.was_streamed == (size >= 10)
    page = json.loads(response.content)
    assert (_ids(page), page["metadata"]) == (ids, {"count": size})


@pytest.mark.usefixtures("_fetching_ten_at_a_time")
@pytest.mark.parametrize("limit", [1, 9, 10, 11, 15, 19, 20, 21, 22])
def test_a_limit_of_several_fetches_gives_as_many_and_a_token(
    api: Api, app: App, bucket: Bucket, limit: int
) -> None:
    ids = _make(app, bucket, 21)
    page = _page(api, f"limit={limit}")
    assert _ids(page) == ids[:limit]
    token = page["metadata"].get("continue")
    assert (token is None) == (limit >= 21)
    if token:
        assert _ids(_page(api, "limit=21", token)) == ids[limit:]


@pytest.mark.usefixtures("_fetching_ten_at_a_time")
def test_skip_of_several_fetches_is_taken_once(api: Api, app: App, bucket: Bucket) -> None:
    ids = _make(app, bucket, 35)
    for skip in (1, 9, 10, 11, 34, 35):
        assert _ids(_page(api, f"skip={skip}")) == ids[skip:]
        assert _ids(_page(api, f"skip={skip}&limit=12")) == ids[skip : skip + 12]
