"""The section of mirrors: an app, the one that it is replicated to, how far that is."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from astra.engine.plan import Pace, stage_seconds
from astra.resources.sections import ResourceSection
from astra.scenarios.placing import Fate, fate_of, place, staged_columns
from astra.scenarios.schema import TEXT, closed_object, ref
from astra.scenarios.sections import Item
from backups.actions.restoring import copying_seconds
from backups.models import App
from mirrors.actions.standing_by import stand_by
from mirrors.lifecycle import (
    APP_MIRROR,
    DELETED,
    ESTABLISHED,
    ESTABLISHING,
    FAILED_OVER,
    INCREMENT,
    LEADS_TO,
)
from mirrors.models import AppMirror


class MirrorSection(ResourceSection):
    """`mirrors` of an account: once established, a mirror has an app at both ends."""

    needs = ("sourceApp",)
    members = ("stateDesired", "namespaceMapping", "storageClasses", "state")
    further_properties = {
        "sourceApp": {"description": "Name of the app that is replicated.", **TEXT},
        "destinationApp": {
            "description": "Name of the app that it is replicated to, unless it is establishing.",
            **TEXT,
        },
        "destinationCluster": {
            "description": "Name of the cluster of that app; follows from the app.",
            **TEXT,
        },
        "snapshot": {
            "description": "Name of the snapshot that was transferred last, or is on its way.",
            **TEXT,
        },
        "lastTransfer": {
            "description": "The last transfer that was completed, by the id of its snapshot.",
            **closed_object(
                {
                    "startTime": ref("instant"),
                    "completionTime": ref("instant"),
                    "snapshotID": ref("identifier"),
                },
                *("startTime", "completionTime", "snapshotID"),
            ),
        },
    }

    def references(self) -> Mapping[str, tuple[str, str]]:
        """Return the ends of it."""
        return {
            "sourceApp": ("sourceAppID", "apps"),
            "destinationApp": ("destinationAppID", "apps"),
            "destinationCluster": ("destinationClusterID", "clusters"),
        }

    def fate_of_items(self) -> dict[str, Any]:
        """Return nothing: a mirror does not say why it ends as it does."""
        return {}

    def new_row(self, item: Item, **columns: Any) -> Any:
        """Return the mirror; raises ``ScenarioError`` for one that lacks an end."""
        source: App = item.find("apps", "sourceApp").row
        state = item.get("state", ESTABLISHED)
        if state == DELETED:
            raise item.error("What is deleted is not there.", "state")
        if ("destinationApp" in item.values) == (state == ESTABLISHING):
            raise item.error("There is a destinationApp once it is established.", "destinationApp")
        destination = item.find("apps", "destinationApp").row if state != ESTABLISHING else None
        cluster_id = _cluster_of(item, destination)
        if source.cluster_id is None or cluster_id is None:
            raise item.error("Both apps must be on a cluster.", "sourceApp")
        desired = FAILED_OVER if state in (FAILED_OVER, "failingOver") else ESTABLISHED
        return super().new_row(
            item,
            **columns,
            **({} if "stateDesired" in item.values else {"state_desired": desired}),
            source_app=source,
            source_cluster_id=source.cluster_id,
            destination_app=destination,
            destination_id=destination.id if destination else item.derived_id("destination"),
            destination_cluster_id=cluster_id,
            destination_scopes=(destination or source).namespace_scoped_resources,
        )

    def staged(self, item: Item) -> dict[str, Any]:
        """Return the columns of its way, and of the last transfer: the first one goes with it."""
        state = item.get("state", ESTABLISHED)
        end = LEADS_TO.get(state, state)
        fate = fate_of(item, APP_MIRROR, "") if "fate" in item.values else Fate(end)
        if fate.outcome not in (None, end):
            raise item.error(f"What is {state} becomes {end}, or stays.", "fate")
        source: App = item.find("apps", "sourceApp").row
        seconds = stage_seconds(
            APP_MIRROR.begun_in(state), self.paces(item), own_seconds=copying_seconds(source)
        )
        placed = place(item, APP_MIRROR, seconds, state=state, fate=fate)
        columns = staged_columns(APP_MIRROR, placed, state=state, fate=fate)
        return columns | _transfer(item, columns)

    def paces(self, item: Item) -> Sequence[Pace]:
        """Return what overrides the delays of an item's stages: its app, its account."""
        return (item.find("apps", "sourceApp").row, item.account_row)

    def written(self, items: Sequence[Item]) -> None:
        """Let the apps that mirrors lead to stand by, unless it has failed over to them."""
        for item in items:
            mirror: AppMirror = item.row
            if mirror.destination_app_id is not None and mirror.state != FAILED_OVER:
                app = App.objects.get(id=mirror.destination_app_id)
                stand_by(app, mirror.source_app_id, mirror.modified_at)


def _transfer(item: Item, columns: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the last transfer; raises ``ScenarioError`` for a snapshot that is none."""
    if "lastTransfer" in item.values:
        return {
            "transfer_started_at": item.instant("lastTransfer", "startTime"),
            "transfer_ends_at": item.instant("lastTransfer", "completionTime"),
            "transfer_snapshot_id": item.get("lastTransfer")["snapshotID"],
        }
    is_first = item.get("state", ESTABLISHED) == ESTABLISHING
    if "snapshot" not in item.values and not is_first:
        return {}
    source = item.find("apps", "sourceApp")
    snapshot = source.by_name.get("snapshots", {}).get(item.get("snapshot"))
    if snapshot is None and "snapshot" in item.values:
        raise item.error(f"{source.name} has no such snapshot.", "snapshot")
    started_at, ends_at = columns["created_at"], columns["ends_at"]
    if snapshot is not None and not is_first:
        started_at = snapshot.row.modified_at
        took = timedelta(seconds=INCREMENT * copying_seconds(source.row))
        ends_at = min(started_at + took, item.now)
    return {
        "transfer_started_at": started_at,
        "transfer_ends_at": ends_at,
        "transfer_snapshot_id": snapshot.id if snapshot else item.derived_id("snapshot"),
    }


def _cluster_of(item: Item, destination: App | None) -> Any:
    if destination is not None:
        return destination.cluster_id
    if "destinationCluster" in item.values:
        return item.find("clusters", "destinationCluster").id
    return None
