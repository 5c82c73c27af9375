"""The admin pages of who calls, imported here because Django looks for them here."""

from identity.admin import accounts, credentials, role_bindings, tokens, users

__all__ = ["accounts", "credentials", "role_bindings", "tokens", "users"]
