"""The admin pages of who calls, imported here because Django looks for them here."""

from identity.admin import accounts, credentials, tokens, users

__all__ = ["accounts", "credentials", "tokens", "users"]
