"""buckets: what every resource promises, and what a bucket says."""

from typing import Any

import pytest

from astra.accounts.models import Described, Role
from backups import kinds
from tests import world
from tests.conftest import Api
from tests.contract import Lists, Retrieves
from tests.contract_writes import ABSENT, Creates, Deletes, Refused, Replaces

CREDENTIAL = "0afbe357-a717-4c7a-8b3d-d0368959c8de"
S3 = {"serverURL": "s3.example.com", "bucketName": "backups"}


def stored(host: str, provider: str) -> dict[str, Any]:
    """What a body says of a provider's bucket at a host."""
    return {"provider": provider, "bucketParameters": {"s3": S3 | {"serverURL": host}}}


def at(host: str, provider: str) -> Refused:
    """A host that is not the provider's."""
    return Refused(stored(host, provider), 82, ["bucketParameters.s3.serverURL"])


UNKNOWN = Refused({"credentialID": "11111111-1111-4111-8111-111111111111"}, 9, ["credentialID"])
BAD = {
    "an empty name": Refused({"name": ""}, 8, ["name"]),
    "a name that is too long": Refused({"name": "x" * 257}, 8, ["name"]),
    "an unknown provider": Refused({"provider": "ftp"}, 8, ["provider"]),
    "a credential that is no identifier": Refused({"credentialID": "x"}, 8, ["credentialID"]),
    "parameters without the bucket's name": Refused(
        {"bucketParameters": {"s3": {"serverURL": "x"}}}, 8, ["bucketParameters.s3.bucketName"]
    ),
    "a server that is too long": Refused(
        {"bucketParameters": {"s3": S3 | {"serverURL": "x" * 1024}}},
        8,
        ["bucketParameters.s3.serverURL"],
    ),
    "a retention": Refused({"retentionTime": 0}, 8, ["retentionTime"]),
    "a label of the service": Refused(
        {"metadata": {"labels": [{"name": "astra.netapp.io/labels/read-only/x", "value": ""}]}},
        10,
        ["metadata.labels[0].name"],
    ),
}


class TestBuckets(Lists, Retrieves, Creates, Replaces, Deletes):
    kind = kinds.BUCKET
    path = "topology/v1/buckets"
    write_role = Role.ADMIN
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "name",
            "credentialID",
            "state",
            "stateDetails",
            "retentionTime",
            "provider",
            "bucketParameters",
            "metadata",
        }
    )

    valid = {
        "a name": {"name": "Cold storage"},
        "no name": {},
        "an older version": {"version": "1.0"},
        "another cloud": {
            "provider": "azure",
            "bucketParameters": {"azure": {"storageAccount": "a", "bucketName": "b"}},
        },
        "labels": {"metadata": {"labels": [{"name": "team", "value": "a"}]}},
        "Amazon's": stored("s3.eu-central-1.amazonaws.com", "aws"),
        "Amazon's by another protocol": stored("s3.amazonaws.com", "generic-s3"),
        "ONTAP's": stored("https://ontap.example.com:8443/", "ontap-s3"),
        "no host to speak of": stored("[", "aws"),
    }
    invalid = BAD | {
        "no credential, provider and parameters": Refused(
            {"credentialID": ABSENT, "provider": ABSENT, "bucketParameters": ABSENT},
            8,
            ["credentialID", "provider", "bucketParameters"],
        ),
        "parameters of another provider": Refused({"provider": "gcp"}, 9, ["bucketParameters"]),
        "a bucket of Amazon's elsewhere": at("s3.example.com", "aws"),
        "a bucket of Amazon's at a host that looks alike": at("amazonaws.com.example.com", "aws"),
        "a bucket of ONTAP's at Amazon's": at("https://s3.us-east-1.amazonaws.com:443", "ontap-s3"),
        "a bucket of StorageGRID's at Amazon's": at("S3.AmazonAWS.com", "storagegrid-s3"),
        "a credential that there is not": UNKNOWN,
    }
    replacements = {
        "nothing": {},
        "another name": {"name": "Warm storage"},
        "another credential": {"credentialID": CREDENTIAL},
        "labels": {"metadata": {"labels": [{"name": "team", "value": "a"}]}},
        "what it is, sent back": {"state": "available", "provider": "generic-s3"},
    }
    unacceptable = BAD | {
        "another provider": Refused({"provider": "aws"}, 10, ["provider"]),
        "another place": Refused({"bucketParameters": {"s3": S3}}, 10, ["bucketParameters"]),
        "another state": Refused({"state": "failed"}, 10, ["state"]),
        "a credential that there is not": UNKNOWN,
    }

    @pytest.fixture(autouse=True)
    def _credential(self, _world: None) -> None:
        world.make_credential(self.account, id=CREDENTIAL)

    def make(self, **values: Any) -> Described:
        return world.make_bucket(self.account, **values)

    def body(self) -> dict[str, Any]:
        return {
            "type": "application/astra-bucket",
            "version": "1.2",
            "credentialID": CREDENTIAL,
            "provider": "generic-s3",
            "bucketParameters": {"s3": S3},
        }


def test_a_bucket_says_what_is_stored_of_it(api: Api) -> None:
    credential = world.some_id()
    bucket = world.make_bucket(
        api.account,
        name="Cold storage",
        credential_id=credential,
        state="failed",
        state_details=[{"type": "t", "title": "Gone", "detail": "The bucket is gone."}],
        retention_seconds=0,
        provider="azure",
        parameters={"azure": {"storageAccount": "a", "bucketName": "b"}},
    )
    document = api.read(f"topology/v1/buckets/{bucket.id}")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-bucket",
        "version": "1.2",
        "id": str(bucket.id),
        "name": "Cold storage",
        "credentialID": str(credential),
        "state": "failed",
        "stateDetails": [{"type": "t", "title": "Gone", "detail": "The bucket is gone."}],
        "retentionTime": 0,
        "provider": "azure",
        "bucketParameters": {"azure": {"storageAccount": "a", "bucketName": "b"}},
    }


def test_a_bucket_without_a_known_retention_leaves_it_out(api: Api) -> None:
    bucket = world.make_bucket(api.account)
    assert "retentionTime" not in api.read(f"topology/v1/buckets/{bucket.id}")
