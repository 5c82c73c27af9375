"""What a form says, as the body of an API request: checked by the API's own serializers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from astra.accounts.callers import Caller
from astra.adminsite.forms import given
from astra.api.clock import timestamp
from astra.api.dice import new_id
from backups import kinds
from backups.actions.app_backup_create import BackupWanted
from backups.admin.fates import fate_of
from backups.models.buckets import parameters_member
from backups.resources.app_backups import APP_BACKUP
from backups.resources.app_snaps import APP_SNAP


def app_backup_wanted(data: Mapping[str, Any], caller: Caller) -> BackupWanted:
    """Return what a form asks of a new backup. Raises problem 8 or 9."""
    body = APP_BACKUP.members.create_body.parse(
        {
            "type": kinds.APP_BACKUP.type,
            "version": data["api_version"],
            **given(
                name=data["name"],
                bucketID=_id_of(data["bucket"]),
                snapshotID=_id_of(data["snapshot"]),
                metadata=strict_metadata(data["labels"], caller),
            ),
        }
    )
    return replace(BackupWanted.from_body(body), fate=fate_of(data))


def app_snap_body(data: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """Return the checked body of a new snapshot. Raises problem 8 or 9."""
    return APP_SNAP.members.create_body.parse(
        {
            "type": kinds.APP_SNAP.type,
            "version": data["api_version"],
            **given(
                name=data["name"],
                bucketID=_id_of(data["bucket"]),
                metadata=strict_metadata(data["labels"], caller),
            ),
        }
    )


def strict_metadata(labels: list[dict[str, str]], caller: Caller) -> dict[str, Any]:
    """Return a metadata member with the labels and what must stand beside them; empty without any."""
    if not labels:
        return {}
    now = timestamp(caller.now())
    return {
        "labels": labels,
        "creationTimestamp": now,
        "modificationTimestamp": now,
        "createdBy": str(caller.user_id),
    }


def _id_of(record: Any) -> str | None:
    return str(record.pk) if record is not None else None


def app_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a new app, or of one that is replaced, not checked yet."""
    return {
        "type": kinds.APP.type,
        "version": kinds.APP.versions[0],
        **given(
            name=data["name"],
            namespaceScopedResources=[{"namespace": each} for each in data["namespaces"]],
            clusterID=data.get("cluster_id"),
        ),
        "metadata": {"labels": data["labels"]},
    }


def bucket_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a new bucket, not checked yet."""
    member = parameters_member(data["provider"])
    place = {
        "s3": {"serverURL": data["server_url"]},
        "azure": {"storageAccount": data["storage_account"]},
        "gcp": {},
    }[member]
    return {
        "type": kinds.BUCKET.type,
        "version": kinds.BUCKET.versions[0],
        **given(name=data["name"], credentialID=data["credential_id"] or str(new_id())),
        "provider": data["provider"],
        "bucketParameters": {member: {**place, "bucketName": data["bucket_name"]}},
        "metadata": {"labels": data["labels"]},
    }


def bucket_change(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT of a bucket, not checked yet."""
    return {
        "type": kinds.BUCKET.type,
        "version": kinds.BUCKET.versions[0],
        **given(name=data["name"], credentialID=data["credential_id"]),
        "metadata": {"labels": data["labels"]},
    }
