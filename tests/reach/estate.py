"""An account with two namespaces of a cluster, an app in each, and all that an app can have."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from astra.accounts.models import Account, Group, Role, User
from astra.engine.models import Transition
from astra.resources import registry
from astra.resources.places import Place
from astra.resources.resource import Resource
from backups.models import App, AppBackup, Snapshot
from clusters.models import Cluster, Namespace
from hooks.models import ExecutionHook, ExecutionHookOverride
from tests import samples, world
from tests.conftest import Api, made_api
from tests.hooks import on

# The columns that name what a row is within; of what is itself reached, its id.
_NAMING = (
    *("id", "app_id", "source_app_id", "destination_app_id"),
    *("resource_id", "notification_id"),
)


@dataclass
class Side:
    """A namespace, the app in it, and what is made of that."""

    namespace: Namespace
    app: App
    snapshot: Snapshot
    backup: AppBackup

    @property
    def constraint(self) -> str:
        """The constraint that reaches the namespace and what is in it."""
        return f"namespaces:id='{self.namespace.id}'.*"


@dataclass
class Estate:
    """The account, and who is in it."""

    account: Account
    cluster: Cluster
    ours: Side
    theirs: Side
    owner: Api
    group: Group
    storage_backend: Any

    def caller(self, *constraints: str, role: str = Role.MEMBER) -> Api:
        """Return somebody whose role has these constraints."""
        user = world.make_user(self.account, None)
        world.bind(user, role, constraints=list(constraints))
        self.group.users.add(user, through_defaults={"account_id": self.account.id})
        return Api(self.account, world.make_token(user), user.id)

    def below(self, place: Place, side: Side, caller: Api) -> str:
        """Return the path of a collection, below what is on a side."""
        ids = {
            "app": side.app.id,
            "appSnap": side.snapshot.id,
            "appBackup": side.backup.id,
            "cluster": self.cluster.id,
            "managedCluster": self.cluster.id,
            "cloud": self.cluster.cloud_id,
            "storageBackend": self.storage_backend.id,
            "group": self.group.id,
            "user": caller.user_id,
        }
        return place.path.format(**{f"{kind}_id": ids[kind] for kind in place.parents})

    def ids_of(self, resource: Resource, side: Side) -> set[str]:
        """Return the ids of the rows of a resource that are on a side."""
        known = set(self._known(side))
        found = set()
        model: Any = resource.model
        for row in model._default_manager.filter(account_id=self.account.id):
            if known & {getattr(row, name, None) for name in _NAMING}:
                found.add(str(row.pk))
        return found

    def _known(self, side: Side) -> Iterator[Any]:
        yield from (side.namespace.id, side.app.id, side.snapshot.id, side.backup.id)
        notices: Any = registry.resource("notification").model._default_manager
        about = (side.app.id, side.snapshot.id, side.backup.id)
        yield from notices.filter(resource_id__in=about).values_list("id", flat=True)


def make_estate() -> Estate:
    """Store it; nobody but its owner calls yet."""
    account = world.make_account()
    cluster, other = world.make_cluster(account), world.make_cluster(account)
    bucket = world.make_bucket(account)
    owner = made_api(account)
    on.turn(account, "true")
    group = world.make_group(account, User.objects.get(id=owner.user_id))
    backend = samples.make(registry.resource("storageBackend"), account, {})
    netapp = on.make_hook(account, None)

    def side(name: str) -> Side:
        namespace = world.make_namespace(
            cluster, name=name, kubernetes_labels=[{"name": "team", "value": name}]
        )
        app = make_app(account, cluster, name)
        snapshot = world.make_snapshot(app)
        backup = world.make_backup(app, bucket)
        on.make_hook(account, app)
        world.make_mirror(app, other)
        override(app, netapp)
        samples.make(registry.resource("schedule"), account, {"app": app})
        for kind, row in (("app", app), ("appSnap", snapshot), ("appBackup", backup)):
            tell(account, kind, row.id)
        return Side(namespace, app, snapshot, backup)

    tell(account, "bucket", bucket.id)
    return Estate(account, cluster, side("ours"), side("theirs"), owner, group, backend)


def make_app(account: Account, cluster: Cluster, *namespaces: str) -> App:
    """An app in these namespaces of a cluster."""
    scopes: Any = [{"namespace": name, "labelSelectors": []} for name in namespaces]
    return world.make_app(
        account,
        cluster=cluster,
        cluster_name=cluster.name,
        namespaces=list(namespaces),
        namespace_scoped_resources=scopes,
    )


def override(app: App, hook: ExecutionHook) -> ExecutionHookOverride:
    """An override of one of NetApp's hooks."""
    values: dict[str, Any] = {"version": "1.0", "account_id": app.account_id, **world.AWAKE}
    return ExecutionHookOverride.objects.create(app=app, execution_hook=hook, **values)


def tell(account: Account, kind: str, resource_id: uuid.UUID) -> None:
    """Store the history of a resource, which is worth a notification and, of some, a task."""
    steps: Mapping[str, list[str]] = {
        "app": ["", "provisioning", "ready"],
        "bucket": ["", "pending", "failed"],
    }
    states = steps.get(kind, ["", "pending", "running", "completed"])
    for sequence, (before, after) in enumerate(pairwise(states)):
        Transition.objects.create(
            account=account,
            kind=kind,
            resource_id=resource_id,
            sequence=sequence,
            from_state=before,
            to_state=after,
            at=world.START + timedelta(seconds=sequence),
        )
