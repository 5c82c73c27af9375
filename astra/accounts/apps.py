"""Django's entry to accounts, users and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who calls."""

    name = "astra.accounts"

    def ready(self) -> None:
        """Register the tables of accounts and of who calls, and how keys are looked up."""
        import astra.api.lookups  # noqa: F401 (its import registers the lookup)
        from astra.accounts.belongings import Belonging, register_belongings
        from astra.accounts.models import Account, Group, Membership, RoleBinding, Token, User

        register_belongings(
            Belonging(Account, column="id", survives_reset=True),
            Belonging(User),
            Belonging(Group),
            Belonging(Membership),
            Belonging(RoleBinding),
            Belonging(Token),
        )
