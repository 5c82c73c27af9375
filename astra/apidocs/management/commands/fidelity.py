"""`manage.py fidelity`: write the page on fidelity, or check that it is up to date."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.apidocs.fidelity import page


class Command(BaseCommand):
    """Writes `docs/fidelity.md` from the code."""

    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare, and fail if stale")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs/fidelity.md")

    def handle(self, *, check: bool, file: Path, **options: Any) -> None:
        """Write the page; with ``check``, raise ``CommandError`` when the file is another."""
        if not check:
            file.write_text(page())
        elif not file.exists() or file.read_text() != page():
            raise CommandError(f"{file} is not up to date; write it by manage.py fidelity")
