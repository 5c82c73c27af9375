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
        where, way_out = (
            ("the database of DATABASE_URL", "use an empty database")
            if os.environ.get("DATABASE_URL")
            else (
                str(settings.ASTRA.data_dir),
                "move that folder away or choose another one with ASTRA_DATA_DIR",
            )
        )
        is_newer = found.keys() > known.keys()
        version, way_out = (
            ("a newer", f"start that one, or {way_out}") if is_newer else ("another", way_out)
        )
        raise CommandError(
            f"{where} has the data of {version} version of the service, which this one cannot read;"
            f" {way_out}"
        )
