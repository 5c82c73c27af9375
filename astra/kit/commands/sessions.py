"""What every command about a running service has: options that say which, and a connection."""

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from astra.kit.client import AccountControls, Simulator
from astra.kit.commands.output import print_json
from astra.kit.errors import CommandError, SimulatorError
from astra.kit.finding import DATA_DIR, Found, find
from astra.kit.records import Record
from astra.kit.times import iso_duration

R = TypeVar("R", bound=Record | tuple[Record, ...])

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ASTRA_DATA_DIR",
    show_envvar=True,
    default=DATA_DIR,
    show_default=True,
    help="The data folder of the service.",
)
_OPTIONS = (
    click.option("--url", envvar="ASTRA_URL", show_envvar=True, help="Where the service is."),
    click.option(
        "--token",
        envvar="ASTRA_CONTROL_TOKEN",
        show_envvar=True,
        help="The token of the control surface.",
    ),
    data_dir_option,
    click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs."),
)
_ACCOUNT = click.option(
    "--account",
    "of_account",
    envvar="ASTRA_ACCOUNT",
    show_envvar=True,
    help="The account's id; the one of the client configuration if absent.",
)
# What else a mode takes, the service says.
CLOCK_MODES = click.Choice(["real", "scaled", "manual"])
rate_option = click.option("--rate", type=float, help="How many times faster a scaled clock is.")


class Session:
    """A connection to the service that the options name."""

    def __init__(self, found: Found, *, as_json: bool) -> None:
        """Connect."""
        self.as_json = as_json
        self._account_id = found.account_id
        self.simulator = Simulator(found.url, found.token, ca_file=found.ca_file)

    @property
    def account(self) -> AccountControls:
        """The controls of the account that is named, that of the client configuration by default."""
        if self._account_id is None:
            raise CommandError("which account? give --account, or set ASTRA_ACCOUNT")
        return self.simulator.account(self._account_id)

    def tell(self, read: R, for_people: Callable[[R], object]) -> None:
        """Print records as JSON if that is wanted, else for people."""
        if not self.as_json:
            for_people(read)
        elif isinstance(read, tuple):
            print_json([each.document for each in read])
        else:
            print_json(read.document)

    def say(self, document: Any, text: str) -> None:
        """Print a document if JSON is wanted, else a text."""
        if self.as_json:
            print_json(document)
        else:
            click.echo(text)


def service_command(
    function: Callable[..., None], *, needs_token: bool = True, of_account: bool = False
) -> Callable[..., None]:
    """Give a command the options, and a session as its first argument.

    What the kit raises becomes one line and exit code 1.
    """

    @functools.wraps(function)
    def command(
        url: str | None,
        token: str | None,
        data_dir: Path,
        as_json: bool,  # noqa: FBT001 - click hands it over by name
        **arguments: Any,
    ) -> None:
        try:
            found = find(url=url, token=token, data_dir=data_dir)
            if of_account and (named := arguments.pop("of_account")):
                found = replace(found, account_id=named)
            if needs_token and found.token is None:
                raise CommandError(
                    f"no token of the control surface: there is no {data_dir}/control_token; "
                    "give --token or --data-dir"
                )
            session = Session(found, as_json=as_json)
            with session.simulator:
                function(session, **arguments)
        except SimulatorError as error:
            raise click.ClickException(str(error)) from error

    for option in reversed((_ACCOUNT, *_OPTIONS) if of_account else _OPTIONS):
        command = option(command)
    return command


account_command = functools.partial(service_command, of_account=True)


def numbers(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, float]:
    """Return `NAME=NUMBER` pairs of an option as a mapping."""
    result: dict[str, float] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            result[name] = float(text) if "." in text else int(text)
        except ValueError as error:
            raise click.BadParameter(f"{pair!r} is not NAME=NUMBER") from error
    return result


def duration(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """Return the duration that people write as the service takes it."""
    try:
        return None if text is None else iso_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
