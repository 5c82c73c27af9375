"""What runs in an app's containers around snapshots, backups, restores and fail-overs."""
