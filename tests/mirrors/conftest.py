"""An app on a managed cluster, and another cluster to replicate it to."""

from typing import Any

import pytest

from astra.accounts.models import Account
from backups.models import App
from clusters.models import Cluster
from tests import world
from tests.conftest import Api
from tests.mirrors.replicating import Replication


@pytest.fixture
def east(account: Account) -> Cluster:
    return world.make_cluster(account, name="east")


@pytest.fixture
def west(account: Account) -> Cluster:
    return world.make_cluster(account, name="west", cluster_type="openshift")


@pytest.fixture
def app(account: Account, east: Cluster) -> App:
    scopes: Any = [{"namespace": "shop", "labelSelectors": ["tier=web"]}]
    return world.make_app(
        account,
        name="shop",
        cluster=east,
        cluster_name="east",
        namespaces=["shop"],
        namespace_scoped_resources=scopes,
    )


@pytest.fixture
def replication(api: Api, app: App, west: Cluster) -> Replication:
    return Replication(api, app, west)
