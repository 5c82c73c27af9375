"""`python manage.py prepare`: what `serve` does before it serves."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from astra.server.preparation import DatabaseUnreachableError, prepare
from astra.server.tls import TlsError


class Command(BaseCommand):
    """Migrate, seed an empty database, and write certificate, administrator and client access."""

    help = "Bring the database and the data folder up to date, for `serve --only web`."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare."""
        try:
            prepare(settings.ASTRA)
        except (DatabaseUnreachableError, TlsError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The database and the data folder are up to date.")
