"""apps: what every resource promises, and what an app says."""

from datetime import timedelta
from typing import Any

import pytest

from astra.accounts.models import Described
from backups import kinds
from backups.models import App
from backups.models.apps import AppState
from tests import world
from tests.conftest import Api, number
from tests.contract import Lists, Retrieves


class TestApps(Lists, Retrieves):
    kind = kinds.APP
    path = "k8s/v2/apps"
    members = frozenset(
        {
            "type",
            "version",
            "id",
            "links",
            "name",
            "clusterScopedResources",
            "namespaceScopedResources",
            "lastResourceCollectionTimestamp",
            "state",
            "stateDetails",
            "protectionState",
            "protectionStateDetails",
            "namespaces",
            "clusterName",
            "clusterID",
            "clusterType",
            "metadata",
        }
    )

    def make(self, **values: Any) -> Described:
        return world.make_app(self.account, **values)


def test_an_app_says_what_is_stored_of_it(api: Api) -> None:
    cluster = world.some_id()
    app = world.make_app(
        api.account,
        name="shop",
        cluster_id=cluster,
        cluster_name="east",
        cluster_type="openshift",
        collected_at=world.START + timedelta(hours=1),
        namespaces=["shop"],
        namespace_scoped_resources=[{"namespace": "shop", "labelSelectors": ["a=b"]}],
        cluster_scoped_resources=[{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        protection_state="partial",
    )
    document = api.read(f"k8s/v2/apps/{app.id}")
    links = document.pop("links")
    document.pop("metadata")
    assert document == {
        "type": "application/astra-app",
        "version": "2.2",
        "id": str(app.id),
        "name": "shop",
        "clusterScopedResources": [{"GVK": {"group": "g", "kind": "k", "version": "v1"}}],
        "namespaceScopedResources": [{"namespace": "shop", "labelSelectors": ["a=b"]}],
        "lastResourceCollectionTimestamp": "2026-01-05T13:00:00.123456Z",
        "state": "ready",
        "stateDetails": [],
        "protectionState": "partial",
        "protectionStateDetails": [],
        "namespaces": ["shop"],
        "clusterName": "east",
        "clusterID": str(cluster),
        "clusterType": "openshift",
    }
    assert [link["href"] for link in links] == [
        f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appBackups",
        f"/accounts/{api.account.id}/k8s/v1/apps/{app.id}/appSnaps",
    ]


@pytest.mark.parametrize("state", list(AppState))
def test_links_offer_a_backup_when_the_app_is_ready(api: Api, app: App, state: AppState) -> None:
    App.objects.filter(id=app.id).update(state=state)
    document = api.read(f"k8s/v2/apps/{app.id}")
    allowed = [link["hints"]["allow"] for link in document["links"]]
    assert document["state"] == state
    assert allowed == ([["POST"], ["POST"]] if state == "ready" else [[], []])


def test_an_unmanaged_app_is_neither_listed_nor_found(api: Api, app: App) -> None:
    App.objects.filter(id=app.id).update(deleted_at=world.START)
    assert api.read("k8s/v2/apps")["items"] == []
    assert number(api.get(f"k8s/v2/apps/{app.id}")) == 2
