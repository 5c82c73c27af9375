"""Django's entry to who may call, as resources."""

from pathlib import Path

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts, users, tokens and role bindings as resources of the API."""

    name = "identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Register what scenarios hold of accounts and users, and their admin pages."""
        from astra.scenarios.library import register_library
        from astra.scenarios.sections import register_section
        from identity.pages import register_pages
        from identity.scenarios.people import AccountSection, UserSection

        register_pages()

        register_section(AccountSection())
        register_section(UserSection())
        register_library(Path(__file__).parent / "scenarios/library")
