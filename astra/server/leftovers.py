"""Tables that another version of the service made, of which no migration leads here."""

import os

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from astra.api.options import Options


class LeftoversError(Exception):
    """The database cannot be brought up to date; the text says what to do instead, in one line."""


def refuse_leftovers(connection: BaseDatabaseWrapper, options: Options) -> None:
    """Raise ``LeftoversError`` for a database with migrations that this version does not have."""
    known = MigrationLoader(None).disk_migrations or {}
    if MigrationRecorder(connection).applied_migrations().keys() <= known.keys():
        return
    if os.environ.get("DATABASE_URL"):
        raise LeftoversError(
            "the database of DATABASE_URL was filled by another version of the service, whose data"
            " this one cannot read; use an empty database"
        )
    raise LeftoversError(
        f"{options.data_dir} has the data of another version of the service, which this one cannot"
        " read; move that folder away or choose another one with ASTRA_DATA_DIR"
    )
