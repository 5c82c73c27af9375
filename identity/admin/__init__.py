"""The admin pages of who calls, imported here because Django looks for them here."""

from identity.admin import accounts, role_bindings, tokens, users

__all__ = ["accounts", "role_bindings", "tokens", "users"]
