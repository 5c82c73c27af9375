"""`manage.py advance_backups`: carry out what is due, once or for ever."""

import argparse
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.engine.advancing import advance
from astra.engine.worker import StopSignals, instant, report, watch


class Command(BaseCommand):
    """Advance backups and all else that moves by itself."""

    # They would load every page of the admin site, which this process never shows.
    requires_system_checks = ()

    help = "Carry out every transition that is due, in order, and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch", action="store_true", help="go on until SIGTERM or SIGINT: the worker"
        )
        parser.add_argument(
            "--at",
            type=_instant,
            metavar="TIME",
            help="as if it were that time (ISO 8601, UTC unless it says otherwise);"
            " manual clocks move forward to it",
        )
        parser.add_argument("--account", type=uuid.UUID, metavar="ID", help="only that account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Pass once or watch; ends with an error when an account failed."""
        if options["watch"]:
            if options["at"] or options["account"]:
                raise CommandError("--watch goes by the accounts' clocks, for all accounts")
            with StopSignals() as signals:
                watch(
                    interval_seconds=settings.ASTRA.worker_interval_seconds, stopping=signals.wait
                )
            return
        keep_hops = options["verbosity"] > 0
        done = advance(at=options["at"], account_id=options["account"], keep_hops=keep_hops)
        for line in report(done):
            self.stdout.write(line)
        if done.failures:
            failed = ", ".join(str(account_id) for account_id in done.failures)
            raise CommandError(f"Could not be settled: {failed}.")


def _instant(text: str) -> Any:
    try:
        return instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO-8601 time") from error
