"""What the scenario loader is told beside this family's resources."""

from astra.scenarios.sections import register_section
from backups.scenarios.fleets import FleetSection


def register_sections() -> None:
    """Register the generator of fleets."""
    register_section(FleetSection())
