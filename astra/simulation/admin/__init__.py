"""The admin pages of the simulation, imported here because Django looks for them here."""

from astra.simulation.admin import accounts, checkpoints, faults, journal, scenarios, transitions

__all__ = ["accounts", "checkpoints", "faults", "journal", "scenarios", "transitions"]
