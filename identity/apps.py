"""Django's entry to who may call, as resources."""

from astra.adminsite.navigation import ACCOUNTS, Entry

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families


class IdentityConfig(families.FamilyConfig):
    """Accounts, users, tokens, role bindings and credentials."""

    name = "identity"
    verbose_name = "Identity"
    resources = (
        "identity.resources.accounts.ACCOUNT",
        "identity.resources.users.USER",
        "identity.resources.tokens.TOKEN",
        "identity.resources.role_bindings.ROLE_BINDING",
        "identity.resources.credentials.CREDENTIAL",
    )
    entries = (
        Entry(ACCOUNTS, 10, "Accounts", "domain", "accounts.account"),
        Entry(ACCOUNTS, 20, "Users", "group", "accounts.user", of_account=40),
        Entry(ACCOUNTS, 30, "Role bindings", "badge", "accounts.rolebinding"),
        Entry(ACCOUNTS, 40, "Tokens", "key", "accounts.token"),
        Entry(ACCOUNTS, 50, "Credentials", "lock", "identity.credential", of_account=50),
    )
