"""`python manage.py seed NAME|FILE`: load a scenario."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress as ProgressBar
from rich.progress import TaskID

from astra.api.problems import ApiProblem
from astra.scenarios.documents import parameter_number
from astra.scenarios.library import library, read_scenario
from astra.scenarios.loading import Report, load_scenario, preview
from astra.scenarios.schema import compile_schema
from astra.scenarios.sections import Progress


class Command(BaseCommand):
    """Load a scenario of the library or a file; run again, it changes nothing."""

    help = "Load a scenario: what is missing is made, what is there is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the scenario and the ways to look at one first."""
        parser.add_argument("scenario", nargs="?", help="a name of the list, or a file")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=NUMBER",
            dest="numbers",
            help="replace a number of the scenario's parameters",
        )
        parser.add_argument("--preview", action="store_true", help="only say what it would do")
        parser.add_argument("--list", action="store_true", help="list the scenarios there are")
        parser.add_argument("--schema", action="store_true", help="print their JSON Schema")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or only look."""
        if options["schema"]:
            text = orjson.dumps(compile_schema(), option=orjson.OPT_INDENT_2).decode()
            self.stdout.write(text)
        elif options["list"]:
            for item in library():
                self.stdout.write(f"{item.name:10} {item.title}")
        elif options["scenario"] is None:
            raise CommandError("name a scenario or a file (--list shows the names)")
        else:
            self._seed(**options)

    def _seed(self, scenario: str, *, verbosity: int, **options: Any) -> None:
        parameters = dict(_parameter(text) for text in options["numbers"])
        try:
            source = read_scenario(scenario)
            if options["preview"]:
                report = preview(source, parameters)
            else:
                with _progress(is_shown=verbosity > 0) as progress:
                    report = load_scenario(source, parameters, progress=progress)
        except (ApiProblem, OSError) as error:
            raise CommandError(str(error)) from error
        if verbosity > 0:
            self._tell(report)

    def _tell(self, report: Report) -> None:
        verb = "would be created" if report.is_preview else "created"
        self.stdout.write(f"Scenario {report.scenario}:")
        told = {kind: each for kind, each in report.counts.items() if each.create or each.keep}
        width = max([10, *map(len, told)])
        for kind, count in told.items():
            self.stdout.write(f"  {kind:{width}} {count.create:>9,} {verb}, {count.keep:,} kept")


def _parameter(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, parameter_number(value)
    except ValueError:
        raise CommandError(f"--set {text}: it must be NAME=NUMBER") from None


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[Progress]:
    """Show what a long load is at, where there is a terminal to show it on."""
    tasks: dict[str, TaskID] = {}
    is_shown = is_shown and is_terminal()
    with ProgressBar(console=Console(stderr=True), disable=not is_shown) as bar:

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield progress


def is_terminal() -> bool:
    """Tell whether somebody watches."""
    return sys.stderr.isatty()
