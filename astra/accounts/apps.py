"""Django's entry to accounts, users and tokens."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who calls."""

    name = "astra.accounts"
    label = "accounts"
    verbose_name = "Accounts"
