"""What the layers below are told of this app's resources."""

from astra.accounts.belongings import Belonging, register_belongings
from astra.engine.barriers import BarrierSource, barrier_sources
from astra.engine.registry import ANY_BEGINNING, Registration, register
from astra.isolation.checking import register_check
from astra.scenarios.sections import imply, register_section
from backups.actions.placing import collect_resources, lose_apps, name_cluster, regain_apps
from backups.actions.retention import retain
from backups.actions.schedule_fire import fire_schedules
from backups.checking import impossible_protection
from backups.lifecycle import APP, APP_BACKUP, COMPLETED, PROVISIONING, RESTORING, SNAPSHOT
from backups.models import App, AppBackup, Bucket, Snapshot
from backups.scenarios.fleets import FleetSection
from backups.scenarios.implied import clusters_of_apps, namespaces_of_apps
from clusters.actions.clusters import when_renamed
from clusters.actions.managed_clusters import when_let_go, when_managed

# A completed backup occupies its bucket, any other does not; one row per bucket and settled set.
_STORE = f"""
    , stored AS (
        UPDATE backups_bucket AS bucket
        SET stored_bytes = bucket.stored_bytes + change.bytes
        FROM (
            SELECT bucket_id, sum(CASE WHEN state = '{COMPLETED}' THEN total_bytes
                                       ELSE -total_bytes END) AS bytes
            FROM settled WHERE (state = '{COMPLETED}') <> (from_state = '{COMPLETED}')
            GROUP BY bucket_id
        ) AS change
        WHERE bucket.id = change.bucket_id
    )"""


def _app_of(row: Snapshot | AppBackup) -> App:
    return row.app


def register_all() -> None:
    """Register what is more than a resource's declaration says, and what scenarios have beside them."""
    register_belongings(
        Belonging(Bucket, listed_as="buckets"),
        Belonging(App, listed_as="apps", listed_if={"deleted_at": None}),
    )
    barrier_sources.append(
        BarrierSource(
            table="backups_schedule",
            column="next_firing_at",
            fire=fire_schedules,
            after_settling=retain,
        )
    )
    register(
        Registration(
            model=App,
            lifecycle=APP,
            order=6,
            after_settling=collect_resources,
            ended_as={PROVISIONING: "clone", RESTORING: "restore"},
            target=lambda app: app,
        )
    )
    register(
        Registration(
            model=Snapshot,
            lifecycle=SNAPSHOT,
            order=10,
            ended_as={ANY_BEGINNING: "snapshot"},
            target=_app_of,
        )
    )
    register(
        Registration(
            model=AppBackup,
            lifecycle=APP_BACKUP,
            order=20,
            after_settling_sql=_STORE,
            settled_columns=("bucket_id", "total_bytes"),
            ended_as={ANY_BEGINNING: "backup"},
            target=_app_of,
        )
    )
    register_section(FleetSection())
    when_renamed.append(name_cluster)
    when_let_go.append(lose_apps)
    when_managed.append(regain_apps)
    imply("clusters", clusters_of_apps)
    imply("namespaces", namespaces_of_apps)
    register_check(impossible_protection)
