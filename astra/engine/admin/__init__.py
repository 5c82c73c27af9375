"""The admin pages of what moves, imported here because Django looks for them here."""

from astra.engine.admin import transitions

__all__ = ["transitions"]
