"""The `metadata` member of every resource: writing it out, and what a caller may set of it."""

from collections.abc import Mapping
from typing import Any

from astra.accounts.callers import Caller
from astra.accounts.models import Described
from astra.api import patterns
from astra.api.clock import timestamp, whole_second
from astra.api.problems import CONFLICT, ApiProblem
from astra.api.serializers import is_read_only, read_only_labels


def represent_metadata(resource: Described, *, whole_seconds: bool = False) -> dict[str, Any]:
    """Return `metadata`: the caller's labels, the service's instants and users."""
    written = whole_second if whole_seconds else timestamp
    metadata: dict[str, Any] = {
        "labels": resource.labels,
        "creationTimestamp": written(resource.created_at),
        "modificationTimestamp": written(resource.modified_at),
        "createdBy": str(resource.created_by),
    }
    if resource.modified_by:
        metadata["modifiedBy"] = str(resource.modified_by)
    return metadata


def label_of_service(name: str, value: str) -> dict[str, str]:
    """Return a label that only the service may set; ``name`` is what follows the prefix."""
    return {"name": f"{patterns.READ_ONLY_LABEL_PREFIX}{name}", "value": value}


def stamps(caller: Caller, body: Mapping[str, Any], *, any_label: bool = False) -> dict[str, Any]:
    """Return the columns that every new resource gets: id, version, labels, instants, creator.

    Raises problem 10 for a read-only label, unless the kind takes ``any_label``.
    """
    labels = body.get("metadata", {}).get("labels", [])
    if not any_label and (refused := read_only_labels(labels)):
        raise ApiProblem(CONFLICT, fields=refused)
    now = caller.now()
    return {
        "id": caller.dice.new_id(),
        "account_id": caller.account_id,
        "version": body["version"],
        "labels": labels,
        "created_at": now,
        "modified_at": now,
        "created_by": caller.user_id,
    }


def restamp(
    resource: Described, caller: Caller, body: Mapping[str, Any], *, any_label: bool = False
) -> list[str]:
    """Set what a PUT changes in `metadata`; return the columns to save.

    Labels that are not sent are kept, and so are the read-only ones. Raises problem 10 for a
    read-only label that the resource does not have, unless the kind takes ``any_label``.
    """
    labels = body.get("metadata", {}).get("labels")
    if labels is not None:
        own = [item for item in resource.labels if is_read_only(item)]
        refused = read_only_labels(labels, allowed=own)
        if refused and not any_label:
            raise ApiProblem(CONFLICT, fields=refused)
        said = {item["name"]: item for item in labels}
        own = [said.pop(item["name"], item) for item in own]
        resource.labels = own + [item for item in labels if item["name"] in said]
    resource.modify(caller.now())
    resource.modified_by = caller.user_id
    return ["labels", "modified_at", "modified_by"]
