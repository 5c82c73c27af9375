"""`python manage.py pg PROGRAM …`: a program of PostgreSQL, on the database of the service."""

import os
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from astra.server import postgres_files

_VARIABLES = {
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "NAME": "PGDATABASE",
}


class Command(BaseCommand):
    """Become `psql`, `pg_dump`, `pg_restore`, … with the database to work on said already."""

    requires_system_checks = ()

    help = "Run a program of PostgreSQL, such as psql or pg_dump, on the service's database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("program")
        parser.add_argument("arguments", nargs=REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        program = postgres_files.binary(options["program"])
        if not program.is_file():
            raise CommandError(f"{options['program']} is no program of PostgreSQL")
        settings = connection.settings_dict
        named = {to: str(settings[name]) for name, to in _VARIABLES.items() if settings[name]}
        os.execve(  # noqa: S606 - the point of this command
            program, [str(program), *options["arguments"]], os.environ | named
        )
