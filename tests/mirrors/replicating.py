"""A mirror of one app, as tests make and move it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from astra.engine.advancing import advance
from backups.models import App
from clusters.models import Cluster
from mirrors.models import AppMirror
from tests.conftest import Api
from tests.wire import Received

BODY = {"type": "application/astra-appMirror", "version": "1.0"}
EVERY_TEN_MINUTES = {
    "type": "application/astra-schedule",
    "version": "1.3",
    "name": "replication",
    "granularity": "custom",
    "recurrenceRule": "DTSTART:20220101T000500Z\nRRULE:FREQ=MINUTELY;INTERVAL=10",
    "snapshotRetention": "0",
    "backupRetention": "0",
    "replicate": "true",
}


@dataclass
class Replication:
    """The mirror of an app to a cluster, through HTTP."""

    api: Api
    app: App
    to: Cluster
    id: str = field(default="", init=False)

    def body(self, **members: Any) -> dict[str, Any]:
        own = {
            "sourceAppID": str(self.app.id),
            "destinationClusterID": str(self.to.id),
            "stateDesired": "established",
        }
        return BODY | own | members

    def create(self, **members: Any) -> Received:
        response = self.api.post("k8s/v1/appMirrors", self.body(**members))
        if response.status_code == 201:
            self.id = response.json()["id"]
        return response

    def put(self, **members: Any) -> Received:
        return self.api.put(self.path, BODY | members)

    def delete(self) -> Received:
        return self.api.delete(self.path)

    @property
    def path(self) -> str:
        return f"k8s/v1/appMirrors/{self.id}"

    def show(self) -> Any:
        return self.api.read(self.path)

    def wait(self, seconds: float = 60) -> None:
        """Let so much time pass."""
        self.api.account.refresh_from_db()
        advance(at=self.api.account.now() + timedelta(seconds=seconds))
        self.api.account.refresh_from_db()

    def establish(self) -> Any:
        """Create the mirror and wait until it is established; return it."""
        response = self.create()
        assert response.status_code == 201, response.content
        self.wait()
        return self.show()

    def fail_over(self) -> Any:
        """Fail over and wait until it has; return the mirror."""
        response = self.put(stateDesired="failedOver")
        assert response.status_code == 200, response.content
        self.wait()
        return self.show()

    def ends(self, *, swapped: bool = False) -> dict[str, str]:
        """Return the four ids as a PUT names them, the other way round if asked to."""
        mirror = AppMirror.objects.get(id=self.id)
        source = str(mirror.source_app_id), str(mirror.source_cluster_id)
        destination = str(mirror.destination_id), str(mirror.destination_cluster_id)
        first, second = (destination, source) if swapped else (source, destination)
        return {
            "sourceAppID": first[0],
            "sourceClusterID": first[1],
            "destinationAppID": second[0],
            "destinationClusterID": second[1],
        }

    def other(self) -> Any:
        """Return the destination app."""
        return self.api.read(f"k8s/v2/apps/{self.show()['destinationAppID']}")

    def own(self) -> Any:
        """Return the app that was replicated at first."""
        return self.api.read(f"k8s/v2/apps/{self.app.id}")
