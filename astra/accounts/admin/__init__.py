"""The admin pages of who calls, imported here because Django looks for them here."""

from astra.accounts.admin import role_bindings, tokens, users

__all__ = ["role_bindings", "tokens", "users"]
