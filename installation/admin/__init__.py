"""The admin pages of the installation, imported here because Django looks for them here."""

from installation.admin import settings

__all__ = ["settings"]
