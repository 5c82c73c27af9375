"""POST …/appBackups: every field with its type and limits, and how each is refused.

Source: the user's document, 'Request Body'; strictness: `docs/architecture.md`, 'Bodies'.
"""

import json
from typing import Any

import pytest

from backups.models import App, AppBackup, Bucket, Snapshot
from tests import world
from tests.conftest import Api, invalid, number
from tests.contract_writes import ABSENT, changed

BODY = {"type": "application/astra-appBackup", "version": "1.1"}
LABEL = {"name": "team", "value": "a"}
METADATA = {
    "labels": [LABEL],
    "creationTimestamp": "2022-10-06T20:58:16.305662Z",
    "modificationTimestamp": "2022-10-06T20:58:16.305662Z",
    "createdBy": "8f84cf09-8036-51e4-b579-bd30cb07b269",
}
NO_STRINGS: tuple[Any, ...] = (None, 1, 1.1, True, [], {}, ["a"], {"a": "b"})
NO_IDENTIFIERS = (
    *NO_STRINGS,
    "",
    "a",
    "0afbe357-a717-4c7a-8b3d-d0368959c8d",
    "0AFBE357-A717-4C7A-8B3D-D0368959C8DE",
    "0afbe357a7174c7a8b3dd0368959c8de",
    "{0afbe357-a717-4c7a-8b3d-d0368959c8de}",
    " 0afbe357-a717-4c7a-8b3d-d0368959c8de",
    "0afbe357-a717-4c7a-8b3d-d0368959c8de\n",
    "0afbe357-a717-4c7a-cb3d-d0368959c8de",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
)
NO_TIMESTAMPS = (
    *NO_STRINGS,
    "",
    "2022-10-06",
    "2022-10-06T20:58:16",
    "2022-10-06 20:58:16Z",
    "2022-10-06T20:58:16+00:00",
    "2022-10-06T24:00:00Z",
    "2022-13-06T20:58:16Z",
    "2022-10-06T20:58:16.Z",
    "2022-10-06T20:58:16.1234567890Z",
    "2022-10-06T20:58:16Z\n",
)
BAD_VALUES = {
    "type": (
        *NO_STRINGS,
        ABSENT,
        "",
        "application/astra-appSnap",
        "APPLICATION/ASTRA-APPBACKUP",
        "application/astra-appBackup ",
        "application/astra-appBackup\n",
    ),
    "version": (*NO_STRINGS, ABSENT, "", "1.2", "2.0", "1", "1.10", "01.1", " 1.1", "1.1\n"),
    "name": (
        *NO_STRINGS,
        "",
        "a" * 64,
        "A",
        "a_b",
        "a.b",
        "a b",
        "-a",
        "a-",
        "-",
        " a",
        "a ",
        "a\n",
        "\na",
        "a\x00",
        "ä",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "a\N{KELVIN SIGN}",
    ),
    "bucketID": NO_IDENTIFIERS,
    "snapshotID": NO_IDENTIFIERS,
    "metadata": (None, 1, "x", True, []),
}
BAD_MEMBERS_OF_METADATA = {
    "labels": (ABSENT, None, 1, "x", {}, [LABEL, LABEL], [LABEL, dict(reversed(LABEL.items()))]),
    "creationTimestamp": (ABSENT, *NO_TIMESTAMPS),
    "modificationTimestamp": (ABSENT, *NO_TIMESTAMPS),
    "createdBy": (ABSENT, "system", *NO_IDENTIFIERS),
    "modifiedBy": ("system", *NO_IDENTIFIERS),
}
BAD_LABELS = {
    "metadata.labels[1]": (None, 1, "x", []),
    "metadata.labels[1].name": (
        {"value": "a"},
        {"name": None, "value": "a"},
        {"name": 1, "value": "a"},
        {"name": ["a"], "value": "a"},
    ),
    "metadata.labels[1].value": (
        {"name": "a"},
        {"name": "a", "value": None},
        {"name": "a", "value": True},
    ),
    "metadata.labels[1].color": ({"name": "a", "value": "b", "color": "c"},),
}


def _refused(api: Api, app: App, body: Any) -> tuple[int, list[str]]:
    response = api.post(f"k8s/v1/apps/{app.id}/appBackups", body)
    assert response.status_code >= 400, (body, response.content)
    assert not AppBackup.objects.exists()
    assert not Snapshot.objects.exists()
    return number(response), sorted(invalid(response))


@pytest.mark.parametrize("name", list(BAD_VALUES))
def test_a_field_with_a_wrong_value_is_problem_8(
    api: Api, app: App, bucket: Bucket, name: str
) -> None:
    for value in BAD_VALUES[name]:
        body = changed(BODY, {name: value})
        assert (_refused(api, app, body), value) == ((8, [name]), value)


@pytest.mark.parametrize("name", list(BAD_MEMBERS_OF_METADATA))
def test_a_member_of_metadata_with_a_wrong_value_is_problem_8(
    api: Api, app: App, bucket: Bucket, name: str
) -> None:
    for value in BAD_MEMBERS_OF_METADATA[name]:
        body = BODY | {"metadata": changed(METADATA, {name: value})}
        assert (_refused(api, app, body), value) == ((8, [f"metadata.{name}"]), value)


@pytest.mark.parametrize("path", list(BAD_LABELS))
def test_a_bad_label_is_problem_8_by_its_position(
    api: Api, app: App, bucket: Bucket, path: str
) -> None:
    for label in BAD_LABELS[path]:
        body = BODY | {"metadata": METADATA | {"labels": [LABEL, label]}}
        assert (_refused(api, app, body), label) == ((8, [path]), label)


@pytest.mark.parametrize(
    "name", ["scheduleID", "state", "id", "Name", "name ", "", "links", "totalBytes", "a.b"]
)
def test_a_member_that_a_create_does_not_have_is_problem_8(
    api: Api, app: App, bucket: Bucket, name: str
) -> None:
    assert _refused(api, app, BODY | {name: "x"}) == (8, [name])
    body = BODY | {"metadata": METADATA | {name: "x"}}
    assert _refused(api, app, body) == (8, [f"metadata.{name}"])


def test_metadata_without_members_lacks_all_four(api: Api, app: App, bucket: Bucket) -> None:
    assert _refused(api, app, BODY | {"metadata": {}}) == (
        8,
        [
            "metadata.createdBy",
            "metadata.creationTimestamp",
            "metadata.labels",
            "metadata.modificationTimestamp",
        ],
    )


def test_every_bad_field_is_named_at_once(api: Api, app: App, bucket: Bucket) -> None:
    body = {
        "type": "application/astra-appSnap",
        "name": "No",
        "bucketID": 5,
        "snapshotID": "x",
        "scheduleID": "x",
        "metadata": {
            "labels": [{"name": "a\0", "value": "b"}, {"name": "a", "value": 1, "c": "d"}, "x"],
            "creationTimestamp": "now",
            "modificationTimestamp": METADATA["modificationTimestamp"],
            "modifiedBy": None,
            "color": "red",
        },
    }
    response = api.post(f"k8s/v1/apps/{app.id}/appBackups", body)
    assert number(response) == 8
    assert sorted(invalid(response)) == [
        "bucketID",
        "metadata.color",
        "metadata.createdBy",
        "metadata.creationTimestamp",
        "metadata.labels[0].name",
        "metadata.labels[1].c",
        "metadata.labels[1].value",
        "metadata.labels[2]",
        "metadata.modifiedBy",
        "name",
        "scheduleID",
        "snapshotID",
        "type",
        "version",
    ]
    failure = json.loads(response.content)["schemaValidationFailure"]
    assert all(f"{name}: " in failure for name in invalid(response))


def test_nothing_but_type_and_version_is_required(api: Api, app: App, bucket: Bucket) -> None:
    assert _refused(api, app, {}) == (8, ["type", "version"])
    assert api.post(f"k8s/v1/apps/{app.id}/appBackups", BODY).status_code == 201


@pytest.mark.parametrize("member", ["name", "value"])
def test_a_label_with_nul_is_problem_9(api: Api, app: App, bucket: Bucket, member: str) -> None:
    labels = [LABEL, {"name": "a", "value": "b"} | {member: "a\0"}]
    body = BODY | {"metadata": METADATA | {"labels": labels}}
    assert _refused(api, app, body) == (9, [f"metadata.labels[1].{member}"])


def test_a_label_of_the_service_is_problem_10(api: Api, app: App, bucket: Bucket) -> None:
    prefix = "astra.netapp.io/labels/read-only/"
    labels = [
        LABEL,
        {"name": f"{prefix}triggerType", "value": "backup"},
        {"name": f"x/{prefix}", "value": "mine"},
        {"name": prefix, "value": ""},
    ]
    body = BODY | {"metadata": METADATA | {"labels": labels}}
    names = ["metadata.labels[1].name", "metadata.labels[3].name"]
    assert _refused(api, app, body) == (10, names)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_the_version_is_echoed_as_stored(api: Api, app: App, bucket: Bucket, version: str) -> None:
    created = json.loads(api.create_backup(app, version=version).content)
    assert created["version"] == version
    assert api.read(f"topology/v1/appBackups/{created['id']}")["version"] == version


def test_of_metadata_only_the_labels_are_the_caller_s(api: Api, app: App, bucket: Bucket) -> None:
    labels = [
        {"name": "team", "value": "b"},
        {"name": "", "value": ""},
        {"name": "team", "value": "a\n \N{SNOWMAN}\N{PILE OF POO}"},
        {"name": "long", "value": "x" * 100_000},
    ]
    metadata = METADATA | {"labels": labels, "modifiedBy": METADATA["createdBy"]}
    created = json.loads(api.create_backup(app, metadata=metadata).content)
    expected = {
        "labels": labels,
        "creationTimestamp": "2026-01-05T12:00:00.123456Z",
        "modificationTimestamp": "2026-01-05T12:00:00.123456Z",
        "createdBy": str(api.user_id),
    }
    assert created["metadata"] == expected
    assert api.read(f"topology/v1/appBackups/{created['id']}")["metadata"] == expected


def test_optional_fields_without_a_value_are_left_out(api: Api, app: App, bucket: Bucket) -> None:
    created = json.loads(api.create_backup(app).content)
    assert set(created) == {
        "type",
        "version",
        "id",
        "name",
        "bucketID",
        "state",
        "stateUnready",
        "metadata",
    }


def test_a_named_snapshot_is_in_the_answer_at_once(api: Api, app: App, bucket: Bucket) -> None:
    snapshot = world.make_snapshot(app)
    created = json.loads(api.create_backup(app, snapshotID=str(snapshot.id)).content)
    assert created["snapshotID"] == str(snapshot.id)
    assert created["state"] == "pending"
