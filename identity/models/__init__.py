"""What the family stores beside who calls, imported here because Django looks for it here."""

from identity.models.credentials import Credential

__all__ = ["Credential"]
