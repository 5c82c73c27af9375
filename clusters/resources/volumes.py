"""Volumes of apps: read only. Source: section 3 of `families.md` and the published `volume` schemas."""

from datetime import datetime
from functools import partial
from typing import Any

from astra.api import fields
from astra.resources.composed import Details, Known, Several
from astra.resources.members import Flag, Identifier, Number, Text
from astra.resources.reach import Of
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from clusters import kinds
from clusters.models import Volume
from clusters.models.storage_backends import BackendHealth
from clusters.models.views import VOLUME_TEXT_MAX_LENGTH
from clusters.views import InstanceInCluster

A_TEXT: Any = {"min_length": 1, "max_length": VOLUME_TEXT_MAX_LENGTH}
FOLLOWS = "an app has one in each of its namespaces, all on the first storage backend."
ORCHESTRATORS = ("trident", "vasa", "other")


class NoDetails(Details):
    """`healthStateDetails`: none."""

    has_column = False
    is_filtered = False

    def written(self, row: Any, now: datetime) -> Any:
        return []


VOLUME = Resource(
    model=Volume,
    members=Members(
        kinds.VOLUME,
        Text("name", **A_TEXT),
        Text("state", example="ready"),
        Text("size", example="10 GiB"),
        Number("used"),
        Number("usedPercentage"),
        Number("total"),
        Text("creationToken", **A_TEXT),
        Flag("snapshotPossible"),
        Text("storageClass", sometimes=True, **A_TEXT),
        Text("pvcName", **A_TEXT),
        Text("internalName", **A_TEXT),
        Several("appsUsing", of=fields.IdentifierField),
        Identifier("storageBackendID", sometimes=True),
        # Of volumes of Astra Data Store.
        Known("orchestrator", partial(fields.EnumField, ORCHESTRATORS)),
        Known("serviceLevel", fields.StrictCharField),
        Known("exportPolicy", fields.StrictCharField),
        Known("nodeId", fields.IdentifierField),
        Known("healthState", partial(fields.EnumField, BackendHealth.values)),
        NoDetails("healthStateDetails"),
        module=__name__,
    ),
    paths=(
        "topology/v1/volumes",
        "topology/v1/managedClusters/{managedCluster_id}/volumes",
        "topology/v1/storageBackends/{storageBackend_id}/volumes",
        "k8s/v1/apps/{app_id}/volumes",
    ),
    within=Of("app"),
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    instance=InstanceInCluster,
    columns=("pvcName", "size", "usedPercentage", "storageClass"),
    seeding=None,
)
