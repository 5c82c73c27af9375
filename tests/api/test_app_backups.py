"""appBackups, of an app and of the account: what every resource promises."""

from typing import Any

from django.db.models import F

from astra.accounts.models import Described
from backups import kinds
from backups.models import Bucket
from tests import world
from tests.contract import BelowApp, Lists, Resource, Retrieves
from tests.contract_writes import Creates, Deletes, Refused

METADATA = {
    "labels": [{"name": "team", "value": "a"}, {"name": "team", "value": "b"}],
    "creationTimestamp": "1999-01-05T12:00:00Z",
    "modificationTimestamp": "1999-01-05T12:00:00,5Z",
    "createdBy": "00000000-0000-0000-0000-000000000000",
    "modifiedBy": "54fe651d-3d3b-5fa8-b85c-5db757885ff3",
}


class _AppBackups(Resource):
    kind = kinds.APP_BACKUP
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "name",
            "bucketID",
            "snapshotID",
            "scheduleID",
            "state",
            "stateUnready",
            "hookState",
            "hookStateDetails",
            "backupCreationTimestamp",
            "totalBytes",
            "bytesDone",
            "percentDone",
            "metadata",
        }
    )

    def make(self, **values: Any) -> Described:
        backup = world.make_backup(self.app, self.bucket, **values)
        stored = F("stored_bytes") + backup.total_bytes
        Bucket.objects.filter(id=self.bucket.id).update(stored_bytes=stored)
        return backup


class TestAppBackupsOfAnApp(_AppBackups, Creates, Lists, Retrieves, Deletes, BelowApp):
    path = "k8s/v1/apps/{app_id}/appBackups"
    valid = {
        "nothing but type and version": {},
        "the older version": {"version": "1.0"},
        "a name of one character": {"name": "0"},
        "a name of 63 characters": {"name": "a" * 63},
        "a name with inner hyphens": {"name": "a--0-z"},
        "labels": {"metadata": METADATA},
        "metadata without labels": {"metadata": METADATA | {"labels": []}},
    }
    invalid = {
        "no member at all": Refused({"type": 1, "version": 1}, 8, ["type", "version"]),
    }

    def body(self) -> dict[str, Any]:
        return {"type": "application/astra-appBackup", "version": "1.1"}


class TestAppBackupsOfTheAccount(_AppBackups, Lists, Retrieves, Deletes):
    path = "topology/v1/appBackups"
