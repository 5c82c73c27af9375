"""Django's entry to who may call, as resources."""

from astra.adminsite.navigation import ACCOUNTS, Entry

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families


class IdentityConfig(families.FamilyConfig):
    """Accounts, users, groups, tokens, role bindings and credentials."""

    name = "identity"
    verbose_name = "Identity"
    resources = (
        "identity.resources.accounts.ACCOUNT",
        "identity.resources.users.USER",
        "identity.resources.tokens.TOKEN",
        "identity.resources.role_bindings.ROLE_BINDING",
        "identity.resources.groups.GROUP",
        "identity.resources.credentials.CREDENTIAL",
        "identity.resources.certificates.CERTIFICATE",
        "identity.resources.ldap.LDAP_USER",
        "identity.resources.ldap.LDAP_GROUP",
    )
    entries = (
        Entry(ACCOUNTS, 10, "Accounts", "domain", "accounts.account"),
        Entry(ACCOUNTS, 20, "Users", "group", "accounts.user", of_account=40),
        Entry(ACCOUNTS, 25, "Groups", "groups", "accounts.group"),
        Entry(ACCOUNTS, 30, "Role bindings", "badge", "accounts.rolebinding"),
        Entry(ACCOUNTS, 40, "Tokens", "key", "accounts.token"),
        Entry(ACCOUNTS, 50, "Credentials", "lock", "identity.credential", of_account=50),
        Entry(ACCOUNTS, 55, "Certificates", "workspace_premium", "identity.certificate"),
        Entry(ACCOUNTS, 60, "LDAP users", "person_search", "identity.ldapuser"),
        Entry(ACCOUNTS, 70, "LDAP groups", "group_search", "identity.ldapgroup"),
    )

    def ready(self) -> None:
        """Register the resources, and the directory that settings name and scenarios have."""
        super().ready()
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.scenarios.sections import register_section
        from identity.actions.directory import hook_in
        from identity.models import Directory
        from identity.scenarios.groups import DirectorySection

        register_belongings(Belonging(Directory))
        register_section(DirectorySection())
        hook_in()
