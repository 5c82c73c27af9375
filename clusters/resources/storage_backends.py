"""Storage backends. Source: section 3 of `families.md` and the published `storageBackend` schemas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from astra.api import fields
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Constant, Document, Reasons
from astra.resources.members import ABSENT, BY_SERVICE, OPTIONAL, REQUIRED, Choice, Text
from astra.resources.places import METHODS
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import CREATE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from clusters import kinds, problems
from clusters.models import StorageBackend
from clusters.models.storage_backends import (
    NAME_MAX_LENGTH,
    BackendHealth,
    BackendManaged,
    BackendProtection,
    BackendState,
)


class OntapAddresses(ClosedSerializer):
    """`ontap` in bodies."""

    backendManagementIP = fields.TextField(required=False, storable_length=NAME_MAX_LENGTH)
    managementIPs = fields.UniqueListField(child=fields.StrictCharField(), required=False)


class OntapShown(OntapAddresses):
    """`ontap` in answers."""

    authenticationStyle = fields.EnumField(["basic", "certificate"])


class Capabilities(ClosedSerializer):
    """`capabilities`."""

    flexClone = fields.EnumField(["true", "false"])
    snapMirror = fields.EnumField(["true", "false"])
    s3 = fields.EnumField(["true", "false"])


class Ontap(Document):
    """`ontap`, of two columns."""

    has_column = False
    is_filtered = False
    reads_also = ("management_ip", "management_ips")
    sets_also = ("management_ip", "management_ips")

    def written(self, row: Any, now: datetime) -> Any:
        own = {"backendManagementIP": row.management_ip, "managementIPs": row.management_ips}
        return {"authenticationStyle": "basic"} | {name: own[name] for name in own if own[name]}

    def apply(self, row: Any, value: Any) -> None:
        row.management_ip = value.get("backendManagementIP", row.management_ip) or None
        row.management_ips = value.get("managementIPs", row.management_ips)


class AllCapabilities(Document):
    """`capabilities`: what ONTAP can do."""

    has_column = False
    is_filtered = False

    def written(self, row: Any, now: datetime) -> Any:
        return dict.fromkeys(Capabilities().fields, "true")


def complete(backend: StorageBackend, now: datetime) -> Sequence[str]:
    """Give a backend without a name one."""
    backend.backend_name = backend.backend_name or f"ontap-{str(backend.id)[:8]}"
    return ()


A_TEXT: Any = {"min_length": 1, "max_length": NAME_MAX_LENGTH}

STORAGE_BACKEND = Resource(
    model=StorageBackend,
    members=Members(
        kinds.STORAGE_BACKEND,
        Text("backendName", **A_TEXT),
        Constant("backendType", "ontap", create=REQUIRED, replace=OPTIONAL, fixed=True),
        Text("backendVersion", **A_TEXT),
        Text("backendCredentialsName", **A_TEXT),
        Text("configVersion", sometimes=True, create=ABSENT, **A_TEXT),
        Choice("state", choices=BackendState.values, **BY_SERVICE),
        Choice("stateDesired", choices=["running"], sometimes=True, create=ABSENT),
        Reasons(fixed=True),
        Choice("managedState", choices=BackendManaged.values, **BY_SERVICE),
        Reasons("managedStateUnready", fixed=True, label="Why not managed"),
        Choice("healthState", choices=BackendHealth.values, label="Health", **BY_SERVICE),
        Reasons("healthStateUnready", fixed=True, label="Why not healthy"),
        Choice("protectionState", choices=BackendProtection.values, **BY_SERVICE),
        Reasons("protectionStateUnready", fixed=True, label="Why not protected"),
        AllCapabilities("capabilities", of=Capabilities, create=ABSENT, replace=ABSENT),
        Ontap("ontap", of=OntapAddresses, of_shown=OntapShown, create=ABSENT),
        module=__name__,
    ),
    paths=("topology/v1/storageBackends",),
    within=WHOLE_ACCOUNT,
    methods=METHODS,
    write_role="admin",
    simplified={CREATE: "no storage system is asked; it is running and managed at once."},
    complete=complete,
    taken=(
        Taken(
            "storage_backend_address_is_unique",
            problems.BACKEND_EXISTS,
            "ontap.backendManagementIP",
            "The account has a storage backend with this address.",
        ),
    ),
    key="backendName",
    columns=("backendName", "backendVersion", "state", "healthState"),
    seeding=Seeding(order=23, by="clusters.scenarios.storage_backends.BackendSection"),
)
