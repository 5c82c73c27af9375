"""Rows for tests, made directly: a world to call the API in."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account, Group, Role, RoleBinding, Token, User
from astra.accounts.tokens import digest, issue_token
from astra.api.clock import real_now
from astra.api.dice import new_id
from astra.engine.settling import Hop, lock_account, settle_due
from astra.webhooks.models import Delivery
from backups.models import App, AppBackup, Bucket, Snapshot
from clusters.models import Cloud, Cluster, Namespace, StorageClass
from identity.models import Credential, Directory, LdapGroup, LdapUser
from mirrors.models import AppMirror

START = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
_numbers = itertools.count(1)

AWAKE = {"created_at": START, "modified_at": START}


def make_account(*, mode: str = ClockMode.MANUAL, seed: int = 7, **values: Any) -> Account:
    """An active account; its clock stands still at START unless another mode is asked for."""
    now = real_now()
    defaults = {
        "name": f"account-{next(_numbers)}",
        "version": "1.0",
        "clock_mode": mode,
        "clock_rate": {"manual": 0.0, "real": 1.0}.get(mode, 60.0),
        "clock_sim": now if mode == ClockMode.REAL else START,
        "clock_real": now,
        "seed": seed,
        **AWAKE,
    }
    return Account.objects.create(**(defaults | values))


def make_user(account: Account, role: str | None = Role.OWNER, **values: Any) -> User:
    number = next(_numbers)
    defaults = {"email": f"user{number}@example.com", "version": "1.2", **AWAKE}
    user = User.objects.create(account=account, **(defaults | values))
    if role is not None:
        bind(user, role)
    return user


def bind(user: User, role: str, **values: Any) -> RoleBinding:
    return RoleBinding.objects.create(
        account_id=user.account_id, user=user, role=role, version="1.1", **(AWAKE | values)
    )


def directory_of(account: Account) -> Directory:
    """The account's directory, made when it is asked for first."""
    directory, _ = Directory.objects.get_or_create(
        account=account, host="ldap.example.com", defaults={"version": "1.0", **AWAKE}
    )
    return directory


def make_ldap_user(account: Account, cn: str = "", **values: Any) -> LdapUser:
    """An entry in the account's directory."""
    cn = cn or f"user-{next(_numbers)}"
    defaults = {"cn": cn, "dn": f"CN={cn},OU=users,DC=example,DC=com", "version": "1.0", **AWAKE}
    named = {"email": f"{cn}@example.com", "directory": directory_of(account)}
    return LdapUser.objects.create(account=account, **(defaults | named | values))


def make_ldap_group(account: Account, *members: str, cn: str = "") -> LdapGroup:
    """An entry in the account's directory, of users by their distinguished names."""
    cn = cn or f"group-{next(_numbers)}"
    return LdapGroup.objects.create(
        account=account,
        directory=directory_of(account),
        cn=cn,
        dn=f"CN={cn},OU=groups,DC=example,DC=com",
        members=list(members),
        version="1.0",
        **AWAKE,
    )


def make_group(account: Account, *users: User, **values: Any) -> Group:
    """A group of the directory, with these users."""
    entry = make_ldap_group(account)
    defaults = {"name": entry.cn, "auth_id": entry.dn, "version": "1.1", **AWAKE}
    group = Group.objects.create(account=account, **(defaults | values))
    group.users.add(*users, through_defaults={"account_id": account.pk})
    return group


def make_token(user: User, clear: str = "", **values: Any) -> str:
    """``clear``: what the token is to be, where it may not be made up."""
    token, made_up = issue_token(user=user, name="test", now=START, **values)
    if clear:
        Token.objects.filter(id=token.id).update(digest=digest(clear))
    return clear or made_up


def make_app(account: Account, **values: Any) -> App:
    defaults = {
        "name": f"app-{next(_numbers)}",
        "version": "2.2",
        "size_bytes": 10_000,
        "throughput_bytes_per_second": 1_000,
        **AWAKE,
    }
    return App.objects.create(account=account, **(defaults | values))


def make_cloud(account: Account, **values: Any) -> Cloud:
    defaults = {"name": f"cloud-{next(_numbers)}", "version": "1.1", **AWAKE}
    return Cloud.objects.create(account=account, **(defaults | values))


def make_cluster(account: Account, *, cloud: Cloud | None = None, **values: Any) -> Cluster:
    """A cluster that is managed, unless its `managed_state` says otherwise."""
    is_managed = values.get("managed_state", "managed") in ("managing", "managed")
    defaults = {
        "name": f"cluster-{next(_numbers)}",
        "version": "1.7",
        "is_managed": is_managed,
        "managed_at": START if is_managed else None,
        "outcome_managed_state": "managed" if is_managed else "unmanaged",
        **AWAKE,
    }
    place = {"account": account, "cloud": cloud or make_cloud(account)}
    return Cluster.objects.create(**place, **(defaults | values))


def make_namespace(cluster: Cluster, **values: Any) -> Namespace:
    defaults = {
        "name": f"namespace-{next(_numbers)}",
        "version": "1.2",
        "kubernetes_uid": new_id(),
        **AWAKE,
    }
    return Namespace.objects.create(
        account_id=cluster.account_id, cluster=cluster, **(defaults | values)
    )


def make_storage_class(cluster: Cluster, **values: Any) -> StorageClass:
    defaults = {"name": f"class-{next(_numbers)}", "version": "1.1", **AWAKE}
    return StorageClass.objects.create(
        account_id=cluster.account_id, cluster=cluster, **(defaults | values)
    )


def make_bucket(account: Account, **values: Any) -> Bucket:
    defaults = {
        "name": f"bucket-{next(_numbers)}",
        "version": "1.2",
        "parameters": {"s3": {"serverURL": "s3.example.com", "bucketName": "b"}},
        **AWAKE,
    }
    return Bucket.objects.create(account=account, **(defaults | values))


def make_credential(account: Account, **values: Any) -> Credential:
    defaults = {"name": f"credential-{next(_numbers)}", "version": "1.1", **AWAKE}
    return Credential.objects.create(account=account, **(defaults | values))


def make_snapshot(app: App, **values: Any) -> Snapshot:
    defaults = {
        "name": f"snap-{next(_numbers)}",
        "version": "1.3",
        "state": "completed",
        "outcome": "completed",
        "hook_state": "success",
        "transition_count": 4,
        **AWAKE,
    }
    return Snapshot.objects.create(account_id=app.account_id, app=app, **(defaults | values))


def make_backup(app: App, bucket: Bucket, **values: Any) -> AppBackup:
    state = values.get("state", "completed")
    defaults: dict[str, Any] = {
        "name": f"backup-{next(_numbers)}",
        "version": "1.1",
        "state": "completed",
        "total_bytes": 10_000,
        "transition_count": 4,
        "running_at": START if state not in ("pending", "discovering") else None,
        "full_at": START + timedelta(seconds=10),
        **AWAKE,
    }
    return AppBackup.objects.create(
        account_id=app.account_id, app=app, bucket=bucket, **(defaults | values)
    )


def make_mirror(app: App, cluster: Cluster, **values: Any) -> AppMirror:
    """A mirror that is established, of an app that need not be on a cluster; no app stands by."""
    defaults = {
        "version": "1.1",
        "source_cluster_id": app.cluster_id or cluster.id,
        "destination_id": new_id(),
        "transition_count": 2,
        "outcome": "established",
        "ends_at": START,
        **AWAKE,
    }
    return AppMirror.objects.create(
        account_id=app.account_id,
        source_app=app,
        destination_cluster=cluster,
        **(defaults | values),
    )


def snapshot_of(backup: AppBackup) -> Snapshot:
    """The snapshot that a backup names, as it is stored now."""
    assert backup.snapshot_id is not None
    return Snapshot.objects.get(id=backup.snapshot_id)


def advance(account: Account, seconds: float) -> None:
    """Move the account's still clock ahead and carry out what came due."""
    account.clock_sim += timedelta(seconds=seconds)
    account.save(update_fields=["clock_sim"])
    settle_account(account.id, account.clock_sim)


def still(instant: datetime) -> Callable[[], datetime]:
    """A clock that stands at an instant."""
    return lambda: instant


def some_id() -> uuid.UUID:
    return new_id()


def settle_account(
    account_id: uuid.UUID, until: datetime, *, wait: bool = True
) -> list[Hop] | None:
    """Carry out everything of the account that is due at ``until``; return the hops in order.

    One transaction. Returns None when another worker has the account and ``wait`` is false.
    """
    hops: list[Hop] = []
    with transaction.atomic():
        if not lock_account(account_id, wait=wait):
            return None
        settle_due(account_id, until, hops=hops)
    return hops


def make_delivery(account: Account, **columns: Any) -> Delivery:
    """Let the end of a snapshot wait to be told; ``columns`` take the place of what is usual."""
    usual = {
        "kind": "appSnap",
        "resource_id": some_id(),
        "sequence": 1,
        "from_state": "running",
        "state": "completed",
        "at": account.now(),
    }
    return Delivery.objects.create(account=account, **usual | columns)
