"""`python manage.py serve`: run the service until Ctrl-C."""

import logging
import os
import signal
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from astra.api.options import JSON, unknown_variables
from astra.server.leash import die_with_parent
from astra.server.supervisor import Supervisor

logger = logging.getLogger("astra.server")


class Command(BaseCommand):
    """Run database, web servers and lifecycle worker until Ctrl-C or SIGTERM."""

    # They are for who changes the code, and take longer than all else that is done before.
    requires_system_checks = ()

    help = "Run the service: database (unless DATABASE_URL is set), web servers, lifecycle worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
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
        if options["with_parent"] is not None:
            die_with_parent(signal.SIGTERM)
            if os.getppid() != options["with_parent"]:
                # It died before the kernel knew of the request.
                return
        for line in unknown_variables():
            self.stderr.write(f"Warning: {line}")
        Supervisor(settings.ASTRA, only_web=options["only"] == "web", say=self._say).run()

    def _say(self, text: str) -> None:
        if settings.ASTRA.log_format == JSON:
            logger.info(text.strip())
            return
        # The terminal may be gone, which is no reason to leave the database running.
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()
