"""What the commands have in common that do what the control surface does."""

import uuid
from collections.abc import Iterable
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from astra.accounts.models import Account
from astra.api.problems import ApiProblem


class ControlCommand(BaseCommand):
    """A command that prints documents, a line each; a subcommand is a method `do_…` that gives them."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; raises ``CommandError`` for what the control surface would refuse."""
        try:
            for document in self.perform(**options) or ():
                self.stdout.write(orjson.dumps(document).decode())
        except (ApiProblem, OSError, orjson.JSONDecodeError) as error:
            raise CommandError(str(error)) from error

    def perform(self, **options: Any) -> Iterable[Any] | None:
        """Do what the subcommand says; return the documents."""
        documents: Iterable[Any] | None = getattr(self, f"do_{options['command']}")(**options)
        return documents


def account_of(account_id: uuid.UUID) -> Account:
    """Return the account of that id. Raises ``CommandError`` when there is none."""
    account = Account.objects.filter(id=account_id).first()
    if account is None:
        raise CommandError("there is no such account")
    return account
