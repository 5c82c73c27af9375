"""The members of clusters and of managed clusters, which are two views of the same rows."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When

from astra.accounts.callers import Scope
from astra.api import filters
from astra.api.fields import EnumField, StrictCharField
from astra.api.problems import INVALID_FIELDS
from astra.api.resources import ResourceKind
from astra.resources import registry
from astra.resources.composed import Derived, Details, Reasons, Several
from astra.resources.members import (
    ABSENT,
    BY_SERVICE,
    OPTIONAL,
    REQUIRED,
    Choice,
    Flag,
    Identifier,
    Instant,
    Reference,
    Text,
)
from astra.resources.reach import narrowed
from astra.resources.shapes import Members
from clusters import kinds, problems
from clusters.actions.credentials import failing_without
from clusters.lifecycle import CLUSTER as LIFECYCLE
from clusters.lifecycle import MANAGED_STATES
from clusters.models import Cluster, Namespace, StorageClass
from clusters.models.clouds import NAME_MAX_LENGTH
from clusters.models.clusters import (
    VERSION_MAX_LENGTH,
    ClusterProtection,
    ClusterType,
    TridentState,
)
from clusters.models.contents import NamespaceState

VERSION_PATTERN = r"^([0-9]+)\.([0-9]+)\.([0-9]+)(\-[a-zA-Z0-9-]+)?$"
ROUTE_MAX_LENGTH = 255
CAPABILITIES = ("neptuneV1", "proxyV1", "connectorV2", "watcherV1")
INSTALL_STATES = ("pending", "installed")
A_CLOUD = Reference("cloud")
NO_CREDENTIAL = "The account has no such credential."
A_KUBECONFIG = Reference(
    "credential", INVALID_FIELDS, NO_CREDENTIAL, lost=failing_without(LIFECYCLE)
)
A_DEFAULT_BUCKET = Reference("bucket", problems.BUCKET_NOT_FOUND, "The account has no such bucket.")


class DerivedFlag(Derived, Flag):
    """A boolean that the database works out."""


class DerivedIdentifier(Derived, Identifier):
    """An id that the database works out."""

    def apply(self, row: Any, value: Any) -> None:
        """Set nothing: the action does."""


class DerivedNames(Derived, Several):
    """Names that the database works out."""

    is_filtered = False

    def json(self, value: Any) -> Any:
        return list(value)


class Only(Flag):
    """A boolean that an answer has where it is true."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, choices=("true",), sometimes=True, **options)

    def filters(self) -> Mapping[str, filters.Member]:
        shown = Case(When(Q(**{self.column: True}), then=Value("true")), output_field=CharField())
        return {self.name: filters.Member(expression=lambda now: shown)}

    def json(self, value: Any) -> Any:
        return "true" if value else None


class ManagedId(Identifier):
    """`id` of the cluster that is to be managed; in answers every resource has one."""

    def apply(self, row: Any, value: Any) -> None:
        """Set nothing: it is the row's own."""


def is_in_use() -> Exists:
    """Return whether an app of a managed cluster is managed."""
    return Exists(
        Cluster.objects.filter(
            pk=OuterRef("pk"), is_managed=True, app__isnull=False, app__deleted_at=None
        )
    )


def _names_of_namespaces(scope: Scope | None) -> ArraySubquery:
    rows = Namespace.objects.order_by("created_at", "id")
    reached = narrowed(registry.resource(kinds.NAMESPACE.name), rows, scope)
    discovered = reached.filter(cluster=OuterRef("pk"), namespace_state=NamespaceState.DISCOVERED)
    return ArraySubquery(discovered.values("name"))


def _default_storage_class() -> Subquery:
    default = StorageClass.objects.filter(cluster=OuterRef("pk"), is_default=True)
    return Subquery(default.values("id")[:1])


A_VERSION: Any = {"pattern": VERSION_PATTERN, "example": "24.2.0"}
A_NAME: Any = {"min_length": 1, "max_length": NAME_MAX_LENGTH}


def members_of(kind: ResourceKind, *, module: str) -> Members:
    """Return the members of one of the two kinds."""
    is_managed = kind is kinds.MANAGED_CLUSTER
    # What is said when a cluster is added is no part of bringing it under management.
    when_added: Any = {"create": ABSENT} if is_managed else {}
    a_route: Any = {"storable_length": ROUTE_MAX_LENGTH}
    if is_managed:
        a_route = {"min_length": 1, "max_length": ROUTE_MAX_LENGTH}
    when_managed: Any = {} if is_managed else {"create": ABSENT}
    return Members(
        kind,
        Text("name", **A_NAME, **when_added),
        Choice("state", choices=LIFECYCLE.listed, **BY_SERVICE),
        Reasons(fixed=True),
        Choice("managedState", choices=MANAGED_STATES, **BY_SERVICE),
        Details("managedStateDetails", **BY_SERVICE),
        Reasons("managedStateUnready", fixed=True, label="Why not managed"),
        Instant("managedTimestamp", column="managed_at", sometimes=not is_managed, **BY_SERVICE),
        Choice(
            "protectionState", choices=ClusterProtection.values, label="Protection", **BY_SERVICE
        ),
        Details("protectionStateDetails", **BY_SERVICE),
        Flag("restoreTargetSupported", **BY_SERVICE),
        Flag("snapshotSupported", **BY_SERVICE),
        Text("tridentVersion", **A_VERSION, **BY_SERVICE),
        Text("acpVersion", sometimes=True, **A_VERSION, **BY_SERVICE),
        Choice("tridentManagedState", choices=TridentState.values, label="Trident", **BY_SERVICE),
        Choice(
            "tridentManagedStateDesired",
            choices=TridentState.values,
            sometimes=True,
            **when_managed,
        ),
        Details("tridentManagedStateDetails", **BY_SERVICE),
        Several(
            "tridentManagedStateAllowed", of=lambda: EnumField(TridentState.values), **BY_SERVICE
        ),
        DerivedFlag("inUse", expression=is_in_use),
        Only("accHost", fixed=True, **when_added),
        Choice("clusterType", choices=ClusterType.values, fixed=True, **when_added),
        Text("clusterVersion", min_length=1, max_length=VERSION_MAX_LENGTH, **BY_SERVICE),
        Text("clusterVersionString", min_length=1, max_length=VERSION_MAX_LENGTH, **BY_SERVICE),
        Instant("clusterCreationTimestamp", sometimes=True, **BY_SERVICE),
        DerivedNames(
            "namespaces",
            expression=_names_of_namespaces,
            takes_scope=True,
            of=lambda: StrictCharField(min_length=1, max_length=253),
        ),
        DerivedIdentifier(
            "defaultStorageClass",
            expression=_default_storage_class,
            sometimes=True,
            fixed=False,
            create=OPTIONAL if is_managed else ABSENT,
        ),
        Identifier("cloudID", to=A_CLOUD, **BY_SERVICE),
        Identifier("credentialID", to=A_KUBECONFIG, sometimes=True, **when_added),
        Text("location", sometimes=True, **A_NAME, **BY_SERVICE),
        Flag("isMultizonal", **BY_SERVICE),
        Text("privateRouteID", sometimes=True, **a_route, **when_added),
        Several(
            "connectorCapabilities",
            of=lambda: EnumField(CAPABILITIES),
            unless_empty=True,
            sometimes=True,
            write_only=is_managed,
        ),
        Choice("connectorInstall", choices=INSTALL_STATES, write_only=True),
        Identifier("apiServiceID", **BY_SERVICE),
        *(_members_of_managed() if is_managed else ()),
        module=module,
    )


def _members_of_managed() -> tuple[Identifier, ...]:
    """Return the members that only a managed cluster has."""
    return (
        ManagedId("id", create=REQUIRED, replace=ABSENT, write_only=True),
        Identifier("defaultBucketID", to=A_DEFAULT_BUCKET, sometimes=True),
    )
