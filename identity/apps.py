"""Django's entry to who may call, as resources."""

from pathlib import Path

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

    def ready(self) -> None:
        """Register the resources, their admin pages, and the scenarios that seed them alone."""
        super().ready()
        from astra.scenarios.library import register_library
        from identity.pages import register_pages

        register_pages()
        register_library(Path(__file__).parent / "scenarios/library")
