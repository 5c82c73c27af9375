"""The section of buckets."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from astra.scenarios.placing import fate_of, place, stage_seconds, staged_columns
from astra.scenarios.schema import ref
from astra.scenarios.sections import Item, Section
from astra.scenarios.staging import staged_properties
from backups import kinds
from backups.lifecycle import AVAILABLE, BUCKET
from backups.models import Bucket
from backups.models.buckets import NAME_MAX_LENGTH, Provider, location_of, parameters_member

_SHORT = {"type": "string", "maxLength": 63}


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


class BucketSection(Section):
    """`buckets` of an account."""

    name = "buckets"
    parent = "accounts"
    model = Bucket
    order = 20
    properties = {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX_LENGTH},
        "provider": {"enum": Provider.values},
        "bucketParameters": {
            "description": "s3, gcp or azure, as the provider has it.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {
                "s3": _closed(serverURL={"type": "string", "maxLength": 1023}, bucketName=_SHORT),
                "gcp": _closed(bucketName=_SHORT),
                "azure": _closed(storageAccount=_SHORT, bucketName=_SHORT),
            },
        },
        "credentialID": ref("identifier"),
        "isDefault": {"description": "Where backups go that name no bucket.", "type": "boolean"},
        "retentionTime": {
            "description": "Seconds; -1: not supported, 0: no known policy.",
            "type": "integer",
            "minimum": -1,
            "maximum": 2**53,
        },
        **staged_properties(BUCKET),
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the bucket."""
        provider = Provider(item.get("provider", Provider.GENERIC_S3))
        parameters = _parameters(item, provider)
        state, details = item.get("state", AVAILABLE), item.get("stateDetails", [])
        staged = staged_columns(
            BUCKET,
            place(item, BUCKET, stage_seconds(BUCKET, (item.account_row,)), state=state),
            state=state,
            fate=fate_of(item, BUCKET, "stateDetails"),
            reasons=details,
            further={"state_details": details},
        )
        return [
            Bucket(
                **item.described(kinds.BUCKET.versions[0]) | staged,
                account=item.account_row,
                name=item.name,
                credential_id=item.get("credentialID", item.derived_id("credential")),
                retention_seconds=item.get("retentionTime"),
                provider=provider,
                parameters=parameters,
                location=location_of(parameters),
                is_default=item.get("isDefault", False),
            )
        ]


def _parameters(item: Item, provider: Provider) -> dict[str, Any]:
    wanted = parameters_member(provider)
    given: dict[str, Any] | None = item.get("bucketParameters")
    if given is not None:
        if wanted not in given:
            raise item.error(f"A bucket of {provider} has {wanted}.", "bucketParameters")
        return given
    name = item.name[:63]
    if wanted == "gcp":
        return {"gcp": {"bucketName": name}}
    if wanted == "azure":
        return {"azure": {"storageAccount": "protection", "bucketName": name}}
    host = "s3.amazonaws.com" if provider == Provider.AWS else "s3.example.com"
    return {"s3": {"serverURL": host, "bucketName": name}}
