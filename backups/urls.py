"""The paths of the protection domain, below `/accounts/{account_id}`."""

from django.urls import URLPattern, path

from backups.views import app_assets, app_backups, app_snaps, apps, buckets, schedules

APP = "k8s/v1/apps/<str:app_id>"
APP_BACKUP = f"{APP}/appBackups/<str:appBackup_id>"
APP_SNAP = f"{APP}/appSnaps/<str:appSnap_id>"
ACCOUNT_BACKUP = "topology/v1/appBackups/<str:appBackup_id>"


def _assets(parent: str, name: str) -> list[URLPattern]:
    return [
        path(f"{parent}/appAssets", app_assets.AppAssets.as_view(), name=f"{name}-assets"),
        path(
            f"{parent}/appAssets/<str:appAsset_id>",
            app_assets.AppAssetInstance.as_view(),
            name=f"{name}-asset",
        ),
    ]


urlpatterns = [
    # Matched in order: what is called most comes first.
    path(f"{APP}/appBackups", app_backups.AppBackups.as_view(), name="app-backups"),
    path(APP_BACKUP, app_backups.AppBackupInstance.as_view(), name="app-backup"),
    path(
        "topology/v1/appBackups",
        app_backups.AccountAppBackups.as_view(),
        name="account-app-backups",
    ),
    path(ACCOUNT_BACKUP, app_backups.AccountAppBackupInstance.as_view(), name="account-app-backup"),
    path("k8s/v2/apps", apps.Apps.as_view(), name="apps"),
    path("k8s/v2/apps/<str:app_id>", apps.AppInstance.as_view(), name="app"),
    path("topology/v1/buckets", buckets.Buckets.as_view(), name="buckets"),
    path("topology/v1/buckets/<str:bucket_id>", buckets.BucketInstance.as_view(), name="bucket"),
    path(f"{APP}/schedules", schedules.Schedules.as_view(), name="schedules"),
    path(
        f"{APP}/schedules/<str:schedule_id>",
        schedules.ScheduleInstance.as_view(),
        name="schedule",
    ),
    path(f"{APP}/appSnaps", app_snaps.AppSnaps.as_view(), name="app-snaps"),
    path(APP_SNAP, app_snaps.AppSnapInstance.as_view(), name="app-snap"),
    *_assets(APP, "app"),
    *_assets(APP_SNAP, "app-snap"),
    *_assets(APP_BACKUP, "app-backup"),
    *_assets(ACCOUNT_BACKUP, "account-app-backup"),
]
