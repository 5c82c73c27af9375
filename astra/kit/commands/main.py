"""`astra-simulator`: run the service, and steer one that runs."""

import importlib
import importlib.metadata
import os
from pathlib import Path

import click

from .. import serving
from ..errors import ServiceError
from ..records import Reset, SeedReport
from ..transport import given
from . import access
from .accounts import account
from .captures import add_export, capture
from .checkpoints import checkpoint
from .clocks import clock
from .faults import faults
from .journals import journal
from .output import print_table
from .sessions import (
    Group,
    Session,
    data_dir_option,
    is_file,
    json_option,
    numbers_option,
    option_or_variable,
    read_scenario,
    service_command,
)

# Of what has this package without the service.
DISTRIBUTION = "astra-simulator-client"


def _print_version(context: click.Context, parameter: click.Parameter, is_wanted: bool) -> None:  # noqa: FBT001
    if not is_wanted:
        return
    # The service has it; what is installed without it knows it by its distribution.
    own = importlib.import_module(__name__.partition(".")[0])
    version = getattr(own, "__version__", None) or importlib.metadata.version(DISTRIBUTION)
    click.echo(f"astra-simulator, version {version}")
    context.exit()


@click.group(
    cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Simulate the Astra Control API: run the service, and steer one that runs.

    The commands find a running service by --url and --token, by ASTRA_URL and ASTRA_CONTROL_TOKEN,
    or by its data folder. These options may stand before or behind the words of a command.
    """


@main.command()
@data_dir_option
@json_option
@option_or_variable("--host", envvar="ASTRA_HOST", help="The address to listen on.")
@option_or_variable("--http-port", envvar="ASTRA_HTTP_PORT", type=int, help="8000 if absent.")
@option_or_variable("--https-port", envvar="ASTRA_HTTPS_PORT", type=int, help="8443 if absent.")
@option_or_variable(
    "--scenario", envvar="ASTRA_START_SCENARIO", help="Seeded into an empty database: demo."
)
@click.option(
    "--with-parent",
    "parent",
    type=int,
    is_flag=False,
    flag_value=os.getppid(),
    metavar="[PID]",
    help="Stop also when the calling process, of that id, dies.",
)
def run(
    data_dir: Path,
    as_json: bool,  # noqa: FBT001 - click hands it over by name
    host: str | None,
    http_port: int | None,
    https_port: int | None,
    scenario: str | None,
    parent: int | None,
) -> None:
    """Serve until Ctrl-C: database, web servers, worker.

    The first time, it sets itself up; the data stay in the data folder. The database is an embedded
    PostgreSQL, or the one that DATABASE_URL names. With --json, every line that it says is an object.
    """
    options = {
        "ASTRA_DATA_DIR": data_dir.absolute(),
        "ASTRA_HOST": host,
        "ASTRA_HTTP_PORT": http_port,
        "ASTRA_HTTPS_PORT": https_port,
        "ASTRA_START_SCENARIO": scenario,
        "ASTRA_LOG_FORMAT": "json" if as_json else None,
    }
    variables = {name: str(value) for name, value in given(options).items()}
    try:
        words = serving.command(parent=parent)
    except ServiceError as error:
        raise click.ClickException(str(error)) from error
    # In place of this process, so that signals reach the service itself.
    os.execve(words[0], words, serving.environment(**variables))  # noqa: S606


@service_command(main, shown=lambda told: click.echo(f"Ready: {told['url']}"), needs_token=False)
@click.option("--timeout", default=60.0, show_default=True, metavar="SECONDS")
def wait(session: Session, timeout: float) -> dict[str, str]:
    """Wait until the service is ready; exit code 1 if it is late."""
    session.simulator.wait(timeout_seconds=timeout)
    return {"status": "ready", "url": session.simulator.base_url}


def _print_report(report: SeedReport) -> None:
    kinds = [kind for kind in report.created if report.created[kind] or report.kept[kind]]
    rows = [(kind, report.created[kind], report.kept[kind]) for kind in kinds]
    print_table(("KIND", "NEW", "KEPT"), rows, empty="The scenario is empty.")


@service_command(main, shown=_print_report)
@click.argument("scenario", metavar="NAME|FILE")
@numbers_option
@click.option("--preview", is_flag=True, help="Only say what it would do.")
def seed(
    session: Session,
    scenario: str,
    parameters: dict[str, float],
    preview: bool,  # noqa: FBT001 - click hands it over by name
) -> SeedReport:
    """Load a scenario: of the library by its name, or from a file.

    Loading one twice changes nothing.
    """
    text = None
    if is_file(scenario):
        text, document = read_scenario(scenario)
        scenario = document["scenario"]
    scenarios = session.simulator.scenarios
    load = scenarios.preview if preview else scenarios.seed
    return load(scenario, text, parameters=parameters)


def _print_reset(done: Reset) -> None:
    rows = [
        (did, each.name, each.id)
        for did, accounts in (("reset", done.reset), ("made", done.made), ("deleted", done.deleted))
        for each in accounts
    ]
    print_table(("", "ACCOUNT", "ID"), rows, empty="No scenario was loaded.")


@service_command(main, shown=_print_reset)
@click.option("--all", "everything", is_flag=True, help="Delete what was made by hand.")
@click.option("--force", is_flag=True, help="Delete accounts that were made for single tests.")
def reset(
    session: Session,
    everything: bool,  # noqa: FBT001 - click hands it over by name
    force: bool,  # noqa: FBT001
) -> Reset:
    """Put all accounts of scenarios back to what they were seeded as.

    Ids and tokens stay as they are.
    """
    return session.simulator.reset(everything=everything, force=force)


access.add_to(main)
add_export(account)
for each in (account, capture, checkpoint, clock, faults, journal):
    main.add_command(each)
