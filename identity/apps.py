"""Django's entry to who may call, as resources."""

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families


class IdentityConfig(families.FamilyConfig):
    """Accounts, users, tokens and role bindings."""

    name = "identity"
    verbose_name = "Identity"
    resources = (
        "identity.resources.accounts.ACCOUNT",
        "identity.resources.users.USER",
        "identity.resources.tokens.TOKEN",
        "identity.resources.role_bindings.ROLE_BINDING",
    )
