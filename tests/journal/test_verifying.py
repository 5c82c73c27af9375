"""Verifying that calls were made: counts, orders, what came near."""

from typing import Any

import pytest

from backups.models import App, Bucket
from tests.conftest import Api, invalid, number
from tests.journal.conftest import Journal

BUCKETS = "topology/v1/buckets"
METADATA = {
    "labels": [{"name": "a", "value": "b"}],
    "creationTimestamp": "2026-01-05T12:00:00Z",
    "modificationTimestamp": "2026-01-05T12:00:00Z",
    "createdBy": "00000000-0000-0000-0000-000000000000",
}
CREATE = {"method": "POST", "path": "/k8s/v1/apps/*/appBackups"}


@pytest.fixture
def calls(api: Api, app: App, bucket: Bucket) -> None:
    api.get(BUCKETS)
    api.create_backup(app, name="one", metadata=METADATA)
    api.create_backup(app, name="two")
    api.create_backup(app, name="two")
    api.get("k8s/v2/apps")


@pytest.mark.parametrize(
    ("asked", "verified", "count", "reason"),
    [
        ({}, True, 5, "Expected at least 1 call; 5 calls matched."),
        ({"match": CREATE}, True, 3, "Expected at least 1 call; 3 calls matched."),
        ({"match": CREATE, "exactly": 3}, True, 3, "Expected exactly 3 calls; 3 calls matched."),
        ({"match": CREATE, "exactly": 2}, False, 3, "Expected exactly 2 calls; 3 calls matched."),
        ({"match": CREATE, "atMost": 3}, True, 3, "Expected at most 3 calls; 3 calls matched."),
        ({"match": CREATE, "atMost": 2}, False, 3, "Expected at most 2 calls; 3 calls matched."),
        ({"match": CREATE, "atLeast": 4}, False, 3, "Expected at least 4 calls; 3 calls matched."),
        ({"match": CREATE, "atLeast": 1, "atMost": 4}, True, 3, None),
        ({"match": {"method": "PUT"}, "exactly": 0}, True, 0, None),
        ({"match": {"operation": "appBackup.create", "status": 201}}, True, 2, None),
        ({"match": {"problem": 143}}, True, 1, None),
        ({"match": {"body": {"name": "two"}}}, True, 2, None),
        ({"match": {"body": {"metadata": {"labels": [{"value": "b"}]}}}}, True, 1, None),
        ({"match": {"body": {"metadata": {"labels": []}}}}, False, 0, None),
        ({"match": {"body": {"name": None}}}, False, 0, None),
        ({"match": {"body": None}}, False, 0, None),
        ({"match": {"until": "2026-01-05T12:00:00Z"}}, False, 0, None),
    ],
)  # fmt: skip
def test_counts(
    calls: None, journal: Journal, asked: Any, verified: bool, count: int, reason: str | None
) -> None:
    verdict = journal.verify(**asked)
    assert (verdict["verified"], verdict["count"]) == (verified, count)
    assert reason is None or verdict["reason"] == reason
    if verified or "exactly" in asked or "atMost" in asked:
        assert verdict["nearest"] == []


def test_what_comes_near_is_told_with_why_not(calls: None, journal: Journal) -> None:
    verdict = journal.verify(match=CREATE | {"body": {"name": "three"}, "status": 201})
    assert (verdict["verified"], verdict["count"]) == (False, 0)
    first, second, third = verdict["nearest"]
    assert first["reasons"] == ['The body.name is "two", not "three".']
    assert second["reasons"] == ['The body.name is "one", not "three".']
    assert third["reasons"] == [
        "The status is 409, not 201.",
        'The body.name is "two", not "three".',
    ]
    assert first["requestBody"]["name"] == "two"
    assert first["sequence"] > second["sequence"]


def test_the_path_that_is_most_alike_comes_first(calls: None, journal: Journal) -> None:
    verdict = journal.verify(match={"path": "/topology/v1/bucket"})
    assert verdict["nearest"][0]["path"].endswith(BUCKETS)
    [reason] = verdict["nearest"][0]["reasons"]
    assert reason.endswith("is not like /topology/v1/bucket.")
    assert len(verdict["nearest"]) == 3


@pytest.mark.parametrize(
    ("order", "verified", "count"),
    [
        ([{"operation": "bucket.list"}, {"operation": "app.list"}], True, 2),
        ([{"operation": "app.list"}, {"operation": "bucket.list"}], False, 1),
        (
            [{"body": {"name": "one"}}, {"body": {"name": "two"}}, {"body": {"name": "two"}}],
            True,
            3,
        ),
        ([{"body": {"name": "two"}}] * 3, False, 2),
        ([{}] * 5, True, 5),
        ([{}] * 6, False, 5),
        ([{"method": "PUT"}], False, 0),
    ],
)
def test_orders(
    calls: None, journal: Journal, order: list[Any], verified: bool, count: int
) -> None:
    verdict = journal.verify(inOrder=order)
    assert (verdict["verified"], verdict["count"]) == (verified, count)


def test_a_call_that_came_too_early_is_told(calls: None, journal: Journal) -> None:
    verdict = journal.verify(inOrder=[{"operation": "app.list"}, {"operation": "bucket.list"}])
    last = journal.last()["sequence"]
    reason = f"Of 2 calls in order, no call after call {last} matches number 2."
    assert verdict["reason"] == reason
    [too_early, *_] = verdict["nearest"]
    assert too_early["reasons"] == [f"It came before call {last} or is that call."]
    assert too_early["operation"] == "bucket.list"


def test_a_body_that_was_cut_matches_nothing(api: Api, journal: Journal) -> None:
    api.post(BUCKETS, {"name": "x" * 100_000})
    [near] = journal.verify(match={"body": {}})["nearest"]
    assert near["reasons"] == ["The body is not kept as a whole."]


def test_a_deep_body_is_no_failure(api: Api, journal: Journal) -> None:
    deep = "[" * 1000 + "]" * 1000
    api.call("POST", BUCKETS, deep)
    assert deep.encode() in journal.control.get(journal.path).content
    path = f"/simulator/v1/{journal.path}/verify"
    for body in (
        f'{{"match": {{"body": {deep}}}}}',
        f'{{"match": {{"body": {"[" + deep + "]"}}}}}',
    ):
        response = Api(api.account, None).call("POST", path, body, root=True, **_control())
        assert response.status_code == 200


def _control() -> dict[str, Any]:
    from django.conf import settings

    from astra.api.control import control_token

    return {"Authorization": f"Bearer {control_token(settings.ASTRA)}"}


@pytest.mark.parametrize(
    ("asked", "problem", "names"),
    [
        ({"x": 1}, 8, ["x"]),
        ({"match": {"verb": "GET"}}, 8, ["match.verb"]),
        ({"match": []}, 8, ["match"]),
        ({"match": {"status": "201"}}, 8, ["match.status"]),
        ({"match": {"operation": "appBackup.explode"}}, 8, ["match.operation"]),
        ({"atLeast": -1, "atMost": 1.5}, 8, ["atLeast", "atMost"]),
        ({"exactly": 1, "atMost": 1}, 9, ["exactly"]),
        ({"atLeast": 2, "atMost": 1}, 9, ["atMost"]),
        ({"inOrder": []}, 8, ["inOrder"]),
        ({"inOrder": {}}, 8, ["inOrder"]),
        ({"inOrder": [{}, {"verb": 1}]}, 8, ["inOrder[1].verb"]),
        ({"inOrder": [{}], "match": {}}, 9, ["inOrder"]),
        ({"match": {"path": "\0"}}, 8, ["match.path"]),
    ],
)
def test_bad_questions_are_refused(
    journal: Journal, asked: Any, problem: int, names: list[str]
) -> None:
    response = journal.control.post(f"{journal.path}/verify", asked)
    assert number(response) == problem
    assert sorted(invalid(response)) == sorted(names)
