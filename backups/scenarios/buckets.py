"""The section of buckets: what an item leaves out is made up."""

from collections.abc import Sequence
from typing import Any

from astra.resources.sections import ResourceSection
from astra.scenarios.sections import Item
from backups.models.buckets import Provider, parameters_member


class BucketSection(ResourceSection):
    """`buckets` of an account."""

    further_properties = {
        "isDefault": {"description": "Where backups go that name no bucket.", "type": "boolean"}
    }

    def required_of(self) -> Sequence[str]:
        """Return the members that an item must have: none but its name."""
        return ()

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the bucket; raises ``ScenarioError`` for parameters of another provider."""
        provider = Provider(item.get("provider", Provider.GENERIC_S3))
        return super().new_row(
            item,
            parameters=_parameters(item, provider),
            credential_id=item.derived_id("credential"),
            is_default=item.get("isDefault", False),
            **columns,
        )


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
