"""What the admin site is told of this family's pages."""

from astra.adminsite.navigation import ACCOUNTS, Entry, register_entries


def register_pages() -> None:
    """Register the entries of the sidebar."""
    register_entries(
        Entry(ACCOUNTS, 10, "Accounts", "domain", "accounts.account"),
        Entry(ACCOUNTS, 20, "Users", "group", "accounts.user", of_account=(40, "users")),
        Entry(ACCOUNTS, 30, "Role bindings", "badge", "accounts.rolebinding"),
        Entry(ACCOUNTS, 40, "Tokens", "key", "accounts.token"),
    )
