"""The models of the protection domain, imported here because Django looks for them here."""

from backups.models.app_assets import AppAsset
from backups.models.app_backups import AppBackup
from backups.models.app_snaps import Snapshot
from backups.models.apps import App
from backups.models.buckets import Bucket
from backups.models.schedules import Schedule

__all__ = ["App", "AppAsset", "AppBackup", "Bucket", "Schedule", "Snapshot"]
