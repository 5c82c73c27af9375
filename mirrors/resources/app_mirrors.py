"""Mirrors of apps. Source: `families.md`, section 7, and the published `appMirror` schemas."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from astra.api import fields
from astra.api.fields import UniqueListField, list_of
from astra.api.serializers import ClosedSerializer, StateDetailsField
from astra.resources.composed import Details, Follows, Known, Several
from astra.resources.members import (
    ABSENT,
    BY_SERVICE,
    REQUIRED,
    Choice,
    Identifier,
    Reference,
)
from astra.resources.places import METHODS, Place
from astra.resources.reach import Of
from astra.resources.resource import CREATE, REPLACE, Resource, Seeding
from astra.resources.shapes import Members
from backups.problems import NAMESPACE_UNAVAILABLE
from backups.resources.app_parts import StateTransition
from mirrors import kinds, problems
from mirrors.actions.app_mirrors import app_mirror_create, app_mirror_delete, app_mirror_replace
from mirrors.lifecycle import (
    ALLOWED,
    DESIRED,
    HEALTH_STATES,
    HEALTH_TRANSITIONS,
    IDLE,
    TRANSFER_TRANSITIONS,
    TRANSFERRING,
    TRANSITIONS,
)
from mirrors.lifecycle import APP_MIRROR as LIFECYCLE
from mirrors.models import AppMirror
from mirrors.transfers import (
    COLUMNS,
    details,
    health,
    health_sql,
    transfer_state,
    transfer_state_sql,
)
from mirrors.views import AppMirrorInstance, AppMirrors

ROLES = ("source", "destination")
CLASS_MAX_LENGTH = 255


class ClusterField(fields.IdentifierField):
    """The id of a cluster, kept as it came."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(data))


class NamespacesOfCluster(ClosedSerializer):
    """An element of `namespaceMapping`."""

    clusterID = ClusterField(required=False)
    namespaces = UniqueListField(child=fields.DnsLabelField(), required=False)
    role = fields.EnumField(ROLES, required=False)


class StorageClassOfCluster(ClosedSerializer):
    """An element of `storageClasses`."""

    clusterID = ClusterField(required=False)
    storageClassName = fields.StrictCharField(
        min_length=1, max_length=CLASS_MAX_LENGTH, required=False
    )
    role = fields.EnumField(ROLES, required=False)


def _transitions(name: str, table: Mapping[str, Sequence[str]], **options: Any) -> Known:
    """Return a member that is a table of the states that may follow each other."""
    said = [{"from": state, "to": list(to)} for state, to in table.items() if to]
    of = list_of(StateTransition)
    return Known(name, of, value=lambda row, now: said, create=ABSENT, **options)


class OfTransfers(Follows):
    """A member that follows from the last transfer."""

    reads_also = COLUMNS


class StateOfTransfers(OfTransfers, Choice):
    """A state."""


class DetailsOfTransfers(OfTransfers, Details):
    """Details of a state."""


A_SOURCE = Reference("app", problems.SOURCE_INVALID, "The account manages no such app.")
A_CLUSTER = Reference(
    "managedCluster", problems.CLUSTER_NOT_FOUND, "The account manages no such cluster."
)
MEMBERS = Members(
    kinds.APP_MIRROR,
    Identifier("sourceAppID", to=A_SOURCE, create=REQUIRED, fixed=True),
    Identifier("sourceClusterID", **BY_SERVICE),
    Identifier("destinationAppID", column="destination_id", **BY_SERVICE),
    Identifier("destinationClusterID", to=A_CLUSTER, create=REQUIRED, fixed=True),
    Several(
        "namespaceMapping", of=NamespacesOfCluster, unless_empty=True, sometimes=True, fixed=True
    ),
    Several(
        "storageClasses", of=StorageClassOfCluster, unless_empty=True, sometimes=True, fixed=True
    ),
    Choice("state", choices=LIFECYCLE.listed, **BY_SERVICE),
    _transitions("stateTransitions", TRANSITIONS),
    Choice("stateDesired", create=REQUIRED, choices=DESIRED),
    Known(
        "stateAllowed",
        list_of(partial(fields.EnumField, LIFECYCLE.listed)),
        value=lambda row, now: list(ALLOWED[row.state]),
        reads_also=("state",),
        create=ABSENT,
    ),
    DetailsOfTransfers("stateDetails", value=details),
    StateOfTransfers(
        "transferState",
        value=transfer_state,
        sql=transfer_state_sql,
        choices=(TRANSFERRING, IDLE),
    ),
    _transitions("transferStateTransitions", TRANSFER_TRANSITIONS),
    Known("transferStateDetails", StateDetailsField, create=ABSENT),
    StateOfTransfers(
        "healthState",
        value=lambda row, now: health(row, now)[0],
        sql=health_sql,
        choices=HEALTH_STATES,
    ),
    _transitions("healthStateTransitions", HEALTH_TRANSITIONS, sometimes=False),
    DetailsOfTransfers("healthStateDetails", value=lambda row, now: health(row, now)[1]),
    module=__name__,
)
APP_MIRROR = Resource(
    model=AppMirror,
    members=MEMBERS,
    paths=("k8s/v1/appMirrors", Place("k8s/v1/apps/{app_id}/appMirrors")),
    within=Of("source_app", "destination_app"),
    methods=METHODS,
    published_parameters=frozenset({"include", "limit", "filter"}),
    refusals={
        CREATE: (
            problems.STORAGE_CLASS_INVALID,
            problems.REPLICATION_NOT_SUPPORTED,
            NAMESPACE_UNAVAILABLE,
        ),
        REPLACE: (problems.REPLICATION_NOT_SUPPORTED,),
    },
    simplified={
        CREATE: "every app on a managed cluster can be replicated; a transfer takes its time, and copies"
        " nothing."
    },
    lifecycle=LIFECYCLE,
    create=app_mirror_create,
    replace=app_mirror_replace,
    replace_shows=True,
    begin_delete=app_mirror_delete,
    columns=("sourceAppID", "destinationClusterID", "state", "stateDesired"),
    collection=AppMirrors,
    instance=AppMirrorInstance,
    key="sourceAppID",
    seeding=Seeding("mirrors", order=40, by="mirrors.scenarios.app_mirrors.MirrorSection"),
)
