"""What the scenario loader is told beside this family's resources."""

from pathlib import Path

from astra.scenarios.library import register_library
from astra.scenarios.sections import register_section
from backups.scenarios.fleets import FleetSection


def register_sections() -> None:
    """Register the generator of fleets, and the scenarios that make what this family has."""
    register_section(FleetSection())
    register_library(Path(__file__).with_name("library"))
