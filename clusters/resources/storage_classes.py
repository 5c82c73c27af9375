"""Storage classes: read only. Source: section 3 of `families.md` and the published schemas."""

from functools import partial
from typing import Any

from astra.api.fields import NumberField, StrictCharField
from astra.resources.composed import Known
from astra.resources.members import Choice, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource, Seeding
from astra.resources.shapes import Members
from clusters import kinds
from clusters.models import StorageClass
from clusters.models.contents import (
    TEXT_MAX_LENGTH,
    Availability,
    Expansion,
    Resilience,
)
from clusters.resources.cluster_members import Only

A_TEXT: Any = {"min_length": 1, "max_length": TEXT_MAX_LENGTH}

STORAGE_CLASS = Resource(
    model=StorageClass,
    members=Members(
        kinds.STORAGE_CLASS,
        Text("name", **A_TEXT),
        Text("provisioner", **A_TEXT),
        Choice("available", choices=Availability.values),
        Choice("allowVolumeExpansion", choices=Expansion.values),
        Text("reclaimPolicy", **A_TEXT),
        Text("volumeBindingMode", **A_TEXT),
        Only("isDefault"),
        Known("maxSnapshotCount", NumberField),
        Known("maxBackupCount", NumberField),
        Known("price", partial(StrictCharField, min_length=1, max_length=63)),
        Known("currency", partial(StrictCharField, **A_TEXT)),
        Known("performance", NumberField),
        Choice("resilience", choices=Resilience.values, sometimes=True),
        module=__name__,
    ),
    paths=(
        "topology/v1/clusters/{cluster_id}/storageClasses",
        "topology/v1/clouds/{cloud_id}/clusters/{cluster_id}/storageClasses",
        "topology/v1/managedClusters/{managedCluster_id}/storageClasses",
    ),
    within=WHOLE_ACCOUNT,
    columns=("name", "provisioner", "available", "isDefault"),
    seeding=Seeding(order=20),
)
