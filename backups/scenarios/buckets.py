"""The section of buckets: what an item leaves out is made up."""

from collections.abc import Sequence
from itertools import starmap
from typing import Any

from django.db.models import Model

from astra.accounts.metadata import label_of_service
from astra.resources import registry
from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from backups.models.buckets import Provider, parameters_member

# What callers write as `cloudName` on a credential for a provider; every other is an S3.
_CLOUDS = {Provider.GCP: "GCP", Provider.AZURE: "Azure", Provider.AWS: "AWS"}


class BucketSection(ResourceSection):
    """`buckets` of an account."""

    needs = ()
    further_properties = {
        "isDefault": {"description": "Where backups go that name no bucket.", "type": "boolean"}
    }

    def build(self, item: Item) -> Sequence[Model]:
        """Return the bucket, and the credential that is made for it if it names none."""
        (bucket,) = super().build(item)
        return [bucket] if "credential" in item.values else [bucket, _credential(item, bucket)]

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the bucket; raises ``ScenarioError`` for parameters of another provider."""
        provider = Provider(item.get("provider", Provider.GENERIC_S3))
        if "credential" not in item.values:
            columns["credential_id"] = item.derived_id("credential")
        return super().new_row(
            item,
            parameters=_parameters(item, provider),
            is_default=item.get("isDefault", False),
            **columns,
        )


def _credential(item: Item, bucket: Any) -> Model:
    """Return a credential as callers make them for a bucket of the provider."""
    cloud = _CLOUDS.get(bucket.provider, "s3")
    is_s3 = parameters_member(bucket.provider) == "s3"
    labels = {"credType": "s3" if is_s3 else "service-account", "cloudName": cloud}
    described = item.described(registry.resource("credential").kind.versions[0])
    model: type[Any] = registry.resource("credential").model
    credential: Model = model(
        account=item.account_row,
        name=bucket.name[:127],
        key_type="s3" if is_s3 else "generic",
        **described
        | {
            "id": bucket.credential_id,
            "created_at": bucket.created_at,
            "modified_at": bucket.created_at,
            "labels": list(starmap(label_of_service, labels.items())),
        },
    )
    return credential


def _parameters(item: Item, provider: Provider) -> dict[str, Any]:
    wanted = parameters_member(provider)
    given: dict[str, Any] | None = item.get("bucketParameters")
    if given is not None:
        if set(given) != {wanted}:
            raise item.error(f"A bucket of {provider} has {wanted}.", "bucketParameters")
        return given
    name = item.name[:63]
    if wanted == "gcp":
        return {"gcp": {"bucketName": name}}
    if wanted == "azure":
        return {"azure": {"storageAccount": "protection", "bucketName": name}}
    host = "s3.amazonaws.com" if provider == Provider.AWS else "s3.example.com"
    return {"s3": {"serverURL": host, "bucketName": name}}
