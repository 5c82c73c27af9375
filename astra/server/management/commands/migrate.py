"""`python manage.py migrate`: Django's, but never on what another version of the service left."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class Command(migrate.Command):
    """Bring the tables up to date."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, unless the database knows migrations that are no more."""
        known = MigrationLoader(None).disk_migrations or {}
        found = MigrationRecorder(connections[options["database"]]).applied_migrations()
        if found.keys() <= known.keys():
            super().handle(*args, **options)
            return
        if os.environ.get("DATABASE_URL"):
            raise CommandError(
                "the database of DATABASE_URL was filled by another version of the service, whose"
                " data this one cannot read; use an empty database"
            )
        raise CommandError(
            f"{settings.ASTRA.data_dir} has the data of another version of the service, which this"
            " one cannot read; move that folder away or choose another one with ASTRA_DATA_DIR"
        )
