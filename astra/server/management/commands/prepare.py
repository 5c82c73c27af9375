"""`python manage.py prepare`: what `serve` does before it serves."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from astra.server.preparation import prepare


class Command(BaseCommand):
    """Migrate, seed an empty database, and write certificate, administrator and client access."""

    # They would load every page of the admin site, which this process never shows.
    requires_system_checks = ()

    help = "Bring the database and the data folder up to date, for `serve --only web`."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(settings.ASTRA)
        self.stdout.write("The database and the data folder are up to date.")
