"""Arbitrary bodies: never a failure of the service, and refused when the published schema refuses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backups.models import App, Bucket
from tests.conftest import Api, number
from tests.properties.fuzzing import fuzzed
from tests.reference import load

ID = "54fe651d-3d3b-5fa8-b85c-5db757885ff3"
INSTANT = "2022-10-06T20:58:16.305662Z"
MEMBERS = ["type", "version", "name", "bucketID", "snapshotID", "scheduleID", "metadata", "state"]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
identifiers = st.sampled_from(
    [ID, ID.upper(), f"{ID}\n", "", "00000000-0000-0000-0000-000000000000"]
)
instants = st.sampled_from([INSTANT, "2022-10-06T20:58:16Z", "2022-10-06", f"{INSTANT}\n", ""])
labels = st.lists(
    st.fixed_dictionaries({}, optional={"name": text | scalars, "value": text, "x": scalars}),
    max_size=3,
)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "labels": labels | documents,
        "creationTimestamp": instants | scalars,
        "modificationTimestamp": instants,
        "createdBy": identifiers,
        "modifiedBy": identifiers,
        "color": text,
    },
)
good_metadata = st.fixed_dictionaries(
    {
        "labels": labels,
        "creationTimestamp": instants,
        "modificationTimestamp": st.just(INSTANT),
        "createdBy": st.just(ID),
    }
)
bodies = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["application/astra-appBackup"] * 5 + ["", "x"]),
        "version": st.sampled_from(["1.1", "1.0", "1.1", "1.0\n", "2"]),
    },
    optional={
        "name": st.sampled_from(["a", "b-c", "-", "A", "a" * 64, "", "a\n"]) | scalars,
        "bucketID": identifiers | scalars,
        "snapshotID": identifiers,
        "metadata": good_metadata | metadata | documents,
        "scheduleID": identifiers,
    },
)


def _post(api: Api, app: App, body: Any) -> Any:
    """POST the body; whatever comes back is an answer of the API, see ``tests.wire``."""
    response = api.post(f"k8s/v1/apps/{app.id}/appBackups", body)
    assert response.status_code < 500
    return response


@fuzzed
@given(documents)
def test_any_json_gets_a_problem_document(
    api: Api, app: App, bucket: Bucket, document: Any
) -> None:
    assert number(_post(api, app, json.dumps(document))) in (7, 8)


@fuzzed
@given(st.dictionaries(st.sampled_from(MEMBERS), documents, max_size=8))
def test_any_members_get_a_problem_document_or_a_backup(
    api: Api, app: App, bucket: Bucket, members: dict[str, Any]
) -> None:
    response = _post(api, app, members)
    assert response.status_code == 201 or number(response) in (7, 8)


@fuzzed
@given(
    st.binary(max_size=60) | st.text(max_size=60).map(lambda body: body.encode("utf-8", "replace"))
)
def test_any_bytes_get_a_problem_document(api: Api, app: App, bucket: Bucket, body: bytes) -> None:
    assert number(_post(api, app, body)) in (7, 8)


@fuzzed
@given(bodies)
def test_a_body_is_problem_8_when_the_published_schema_refuses_it(
    api: Api, app: App, bucket: Bucket, body: dict[str, Any]
) -> None:
    judge = load()
    if judge is None:
        pytest.skip("the published document is not here")
    validator = judge.validator("#/components/schemas/appBackup_1.2_post_request_body")
    response = _post(api, app, body)
    refused = response.status_code == 400 and number(response) == 8
    assert refused == (not validator.is_valid(body))
