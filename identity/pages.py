"""What the admin site is told of this family's pages."""

from astra.accounts.contents import Content, register_contents
from astra.adminsite.navigation import ACCOUNTS, Entry, register_entries


def register_pages() -> None:
    """Register the entries of the sidebar, and what an account's page links to."""
    register_entries(
        _entry(10, "Accounts", "domain", "accounts.account"),
        _entry(20, "Users", "group", "accounts.user"),
        _entry(30, "Role bindings", "badge", "accounts.rolebinding"),
        _entry(40, "Tokens", "key", "accounts.token"),
    )
    register_contents(Content(order=40, text="users", model="accounts.user"))


def _entry(order: int, title: str, icon: str, model: str) -> Entry:
    return Entry(group=ACCOUNTS, order=order, title=title, icon=icon, model=model)
