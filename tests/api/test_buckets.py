"""buckets: what every resource promises, and what a bucket says."""

from typing import Any

from astra.accounts.models import Described, Role
from backups import kinds
from tests import world
from tests.conftest import Api
from tests.contract import Lists, Retrieves


class TestBuckets(Lists, Retrieves):
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

    def make(self, **values: Any) -> Described:
        return world.make_bucket(self.account, **values)


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
