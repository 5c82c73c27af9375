"""The paths of the protection domain, below `/accounts/{account_id}`."""

from django.urls import path

from backups.views import app_backups, app_snaps, apps, buckets

APP = "k8s/v1/apps/<str:app_id>"

urlpatterns = [
    path("k8s/v2/apps", apps.Apps.as_view(), name="apps"),
    path("k8s/v2/apps/<str:app_id>", apps.AppInstance.as_view(), name="app"),
    path("topology/v1/buckets", buckets.Buckets.as_view(), name="buckets"),
    path("topology/v1/buckets/<str:bucket_id>", buckets.BucketInstance.as_view(), name="bucket"),
    path(f"{APP}/appSnaps", app_snaps.AppSnaps.as_view(), name="app-snaps"),
    path(
        f"{APP}/appSnaps/<str:appSnap_id>", app_snaps.AppSnapInstance.as_view(), name="app-snap"
    ),
    path(f"{APP}/appBackups", app_backups.AppBackups.as_view(), name="app-backups"),
    path(
        f"{APP}/appBackups/<str:appBackup_id>",
        app_backups.AppBackupInstance.as_view(),
        name="app-backup",
    ),
    path(
        "topology/v1/appBackups",
        app_backups.AccountAppBackups.as_view(),
        name="account-app-backups",
    ),
    path(
        "topology/v1/appBackups/<str:appBackup_id>",
        app_backups.AccountAppBackupInstance.as_view(),
        name="account-app-backup",
    ),
]
