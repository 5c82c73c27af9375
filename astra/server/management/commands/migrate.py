"""`python manage.py migrate`: Django's, but never on what another version of the service left."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from astra.server.leftovers import LeftoversError, refuse_leftovers


class Command(migrate.Command):
    """Bring the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, unless the database knows migrations that are no more."""
        try:
            refuse_leftovers(connections[options["database"]], settings.ASTRA)
        except LeftoversError as error:
            raise CommandError(str(error)) from error
        super().handle(*args, **options)
