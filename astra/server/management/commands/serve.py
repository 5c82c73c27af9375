"""`python manage.py serve`: run the service until Ctrl-C."""

import os
import signal
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from astra.server.addresses import AddressError
from astra.server.children import ChildError
from astra.server.leash import die_with_parent
from astra.server.postgres_files import PostgresError
from astra.server.preparation import DatabaseUnreachableError
from astra.server.supervisor import Supervisor, SupervisorError
from astra.server.tls import TlsError

_REFUSALS = (
    AddressError,
    ChildError,
    DatabaseUnreachableError,
    PostgresError,
    SupervisorError,
    TlsError,
)


class Command(BaseCommand):
    """Run database, web servers and lifecycle worker until Ctrl-C or SIGTERM."""

    # They would load every page of the admin site, which this process never shows.
    requires_system_checks = ()

    help = "Run the service: database (unless DATABASE_URL is set), web servers, lifecycle worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--only",
            choices=["web"],
            help="serve HTTP and HTTPS alone, on a database that `prepare` made ready",
        )
        parser.add_argument(
            "--with-parent",
            nargs="?",
            type=int,
            const=os.getppid(),
            metavar="PID",
            help="stop, in order, also when the process that started this one dies; with its id, "
            "also if it is dead already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the supervisor in this process."""
        if options["with_parent"] is not None:
            die_with_parent(signal.SIGTERM)
            if os.getppid() != options["with_parent"]:
                # It died before the kernel knew of the request.
                return
        try:
            Supervisor(settings.ASTRA, only_web=options["only"] == "web", say=self._say).run()
        except _REFUSALS as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        # The terminal may be gone, which is no reason to leave the database running.
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()
