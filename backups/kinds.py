"""The kinds of resources of the protection domain, as the API names them.

appBackup has the versions of the user's document; the others those of the published release.
"""

from astra.api.resources import ResourceKind

APP = ResourceKind("app", "apps", ("2.2", "2.1", "2.0"))
BUCKET = ResourceKind("bucket", "buckets", ("1.2", "1.1", "1.0"))
APP_SNAP = ResourceKind("appSnap", "appSnaps", ("1.3", "1.2", "1.1", "1.0"))
APP_BACKUP = ResourceKind("appBackup", "appBackups", ("1.1", "1.0"))
SCHEDULE = ResourceKind("schedule", "schedules", ("1.3", "1.2", "1.1", "1.0"))
APP_ASSET = ResourceKind("appAsset", "appAssets", ("1.1", "1.0"))
