"""The operations whose new resource this family's effects decide about."""

from backups import kinds

BACKUP_CREATE = f"{kinds.APP_BACKUP.name}.create"
SNAPSHOT_CREATE = f"{kinds.APP_SNAP.name}.create"
