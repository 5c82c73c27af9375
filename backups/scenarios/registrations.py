"""What the scenario loader is told of this app's resources."""

from astra.scenarios.sections import register_section
from backups.scenarios.app_backups import BackupSection
from backups.scenarios.app_snaps import SnapshotSection
from backups.scenarios.apps import AppSection
from backups.scenarios.buckets import BucketSection
from backups.scenarios.fleets import FleetSection
from backups.scenarios.schedules import ScheduleSection


def register_sections() -> None:
    """Register the sections of the protection domain."""
    for section in (
        BucketSection(),
        AppSection(),
        ScheduleSection(),
        SnapshotSection(),
        BackupSection(),
        FleetSection(),
    ):
        register_section(section)
