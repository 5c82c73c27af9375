"""Verifying that calls were made: counts, orders, what came near; against a plain model."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from astra.accounts.models import Account
from astra.simulation.journal.criteria import VerifyBody
from astra.simulation.journal.matching import is_part, mismatches
from astra.simulation.journal.models import JournalEntry
from astra.simulation.journal.verifying import verify
from backups.models import App, Bucket
from tests import world
from tests.conftest import Api, invalid, number
from tests.simulation.journal.conftest import Journal

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


def _control() -> dict[str, str]:
    from django.conf import settings

    from astra.simulation.control import control_token

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


# -- against a model ------------------------------------------------------------------------------

LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "b", 0.0, 1.0])
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
    max_leaves=5,
)


def model_is_part(wanted: Any, document: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(document, dict) and all(
            name in document and model_is_part(value, document[name])
            for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(document, list)
            and len(wanted) == len(document)
            and all(map(model_is_part, wanted, document))
        )
    if isinstance(wanted, bool) or isinstance(document, bool):
        return wanted is document
    return bool(wanted == document)


@given(DOCUMENTS, DOCUMENTS)
def test_parts_of_documents(wanted: Any, document: Any) -> None:
    assert is_part(wanted, document) == model_is_part(wanted, document)


@given(DOCUMENTS)
def test_a_document_is_part_of_itself(document: Any) -> None:
    assert is_part(document, document)


SEGMENT = st.sampled_from(["apps", "app", "v1", "v2", "[a]", "x*", ""])
PATHS = st.lists(SEGMENT, min_size=1, max_size=3).map("/".join)
CALLS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST"]),
        "path": PATHS,
        "status": st.sampled_from([200, 201]),
        "body": DOCUMENTS | st.just(""),
    }
)
MATCHES = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["GET", "POST", "PUT"]),
        "path": st.sampled_from(
            ["/apps*", "*", "/v?", "/[av]*", "*//*", "/accounts/*/apps", "*[!p]"]
        ),
        "status": st.sampled_from([200, 201]),
        "body": DOCUMENTS,
    },
)


def tidied(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part)


def model_matches(call: Any, match: Any, prefix: str) -> bool:
    whole = f"{prefix}/{call['path']}"
    below = tidied(call["path"])
    spellings = {whole, tidied(whole)} | ({below} if below != "/" else set())
    return (
        match.get("method", call["method"]) == call["method"]
        and match.get("status", call["status"]) == call["status"]
        and any(fnmatchcase(each, match.get("path", "*")) for each in spellings)
        and (
            "body" not in match
            or (call["body"] != "" and model_is_part(match["body"], call["body"]))
        )
    )


def model_in_order(calls: list[Any], matches: list[Any], prefix: str) -> int:
    rest = iter(calls)
    done = 0
    for match in matches:
        if not any(model_matches(call, match, prefix) for call in rest):
            break
        done += 1
    return done


def stored(account: Account, calls: list[Any]) -> list[JournalEntry]:
    JournalEntry.objects.filter(account=account).delete()
    return JournalEntry.objects.bulk_create(
        JournalEntry(
            account=account,
            at=world.START,
            real_at=world.START,
            duration_milliseconds=1,
            method=call["method"],
            path=f"/accounts/{account.id}/{call['path']}",
            status=call["status"],
            request_body=json.dumps(call["body"]) if call["body"] != "" else "",
        )
        for call in calls
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(CALLS, max_size=6),
    MATCHES,
    st.lists(MATCHES, min_size=1, max_size=3),
    st.integers(0, 3),
    st.sampled_from(["atLeast", "atMost", "exactly"]),
)
def test_a_verdict_is_what_a_plain_model_says(
    account: Account, calls: list[Any], match: Any, order: list[Any], number: int, bound: str
) -> None:
    entries = stored(account, calls)
    prefix = f"/accounts/{account.id}"
    count = sum(model_matches(call, match, prefix) for call in calls)
    verdict = verify(account.id, VerifyBody.parse({"match": match, bound: number}))
    expected = {"atLeast": count >= number, "atMost": count <= number, "exactly": count == number}
    assert (verdict.verified, verdict.count) == (expected[bound], count)
    for call, entry in zip(calls, entries, strict=True):
        agrees = not list(mismatches(entry, match))
        assert agrees == model_matches(call, match, prefix)
    assert all(near.reasons for near in verdict.nearest)
    done = model_in_order(calls, order, prefix)
    in_order = verify(account.id, VerifyBody.parse({"inOrder": order}))
    assert (in_order.verified, in_order.count) == (done == len(order), done)
