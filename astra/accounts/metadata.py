"""The `metadata` member of every resource."""

from typing import Any

from astra.accounts.models import Described
from astra.api.clock import timestamp


def represent_metadata(resource: Described) -> dict[str, Any]:
    """Return `metadata`: the caller's labels, the service's instants and users."""
    metadata: dict[str, Any] = {
        "labels": resource.labels,
        "creationTimestamp": timestamp(resource.created_at),
        "modificationTimestamp": timestamp(resource.modified_at),
        "createdBy": str(resource.created_by),
    }
    if resource.modified_by:
        metadata["modifiedBy"] = str(resource.modified_by)
    return metadata
