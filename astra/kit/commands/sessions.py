"""What every command about a running service has: options that say which, and a connection."""

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..client import AccountControls, Simulator
from ..errors import ServiceError, SimulatorError, telling_of
from ..finding import DATA_DIR, Found, find
from ..reading import iso_duration
from ..records import Record

# What a command tells: what the service answered, or a document of its own.
R = TypeVar("R", bound=Record | tuple[Record, ...] | Mapping[str, Any])

_SUFFIXES = (".yaml", ".yml", ".json")

option_or_variable = functools.partial(click.option, show_envvar=True)


def _kept(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return the option's value: what was typed behind wins, then what was before, then variables."""
    assert parameter.name is not None
    kept = context.meta.setdefault(__name__, {})
    if context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
        kept[parameter.name] = value
    return kept.get(parameter.name, value)


def _anywhere(*words: str, **told: Any) -> Callable[[Any], Any]:
    """Return an option that groups take for the commands in them."""
    return option_or_variable(*words, callback=_kept, **told)


data_dir_option = _anywhere(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ASTRA_DATA_DIR",
    default=DATA_DIR,
    show_default=True,
    help="The data folder of the service.",
)
json_option = _anywhere("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_OPTIONS = (
    _anywhere("--url", envvar="ASTRA_URL", help="Where the service is."),
    _anywhere("--token", envvar="ASTRA_CONTROL_TOKEN", help="The token of the control surface."),
    data_dir_option,
    json_option,
)
_ACCOUNT = _anywhere(
    "--account",
    "of_account",
    envvar="ASTRA_ACCOUNT",
    help="The account's id; the one of the client configuration if absent.",
)


class Group(click.Group):
    """A group that takes the options of the commands in it; ``usual``: the command meant by none."""

    def __init__(self, *arguments: Any, usual: str | None = None, **told: Any) -> None:
        """Add the options."""
        super().__init__(*arguments, **told)
        self._usual = usual

        def ignored() -> None:
            """Hold the options until they are the group's."""

        for option in reversed((*_OPTIONS, _ACCOUNT)):
            ignored = option(ignored)
        for each in ignored.__click_params__:  # type: ignore[attr-defined]
            each.expose_value = False
            each.hidden = self._is_inner
            self.params.append(each)

    @property
    def _is_inner(self) -> bool:
        # Named once in the help, where people begin to read.
        return self.name != "main"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; without a command among them the usual one is meant."""
        if self._usual and not {*self.commands, *ctx.help_option_names} & set(args):
            args = [self._usual, *args]
        return super().parse_args(ctx, args)


# What else a mode takes, the service says.
CLOCK_MODES = click.Choice(["real", "scaled", "manual"])
rate_option = click.option("--rate", type=float, help="How many times faster a scaled clock is.")


class Session:
    """A connection to the service that the options name."""

    def __init__(self, found: Found, *, as_json: bool) -> None:
        """Connect."""
        self.as_json = as_json
        self.found = found
        self._account_id = found.account_id
        self.simulator = Simulator(found.url, found.token, ca_file=found.ca_file)

    @property
    def account_id(self) -> str:
        """The account that is named, that of the client configuration by default."""
        if self._account_id is None:
            raise ServiceError("which account? give --account, or set ASTRA_ACCOUNT")
        return self._account_id

    @property
    def account(self) -> AccountControls:
        """The controls of that account."""
        return self.simulator.account(self.account_id)

    def tell(self, told: R, for_people: Callable[[R], object]) -> None:
        """Print what is told as JSON if that is wanted, else for people."""
        if not self.as_json:
            for_people(told)
            return
        document = (
            [_document(each) for each in told] if isinstance(told, tuple) else _document(told)
        )
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _document(told: Any) -> Any:
    return told.document if isinstance(told, Record) else told


def service_command(
    group: click.Group,
    name: str | None = None,
    *,
    shown: Callable[[Any], object] | None = None,
    needs_token: bool = True,
    of_account: bool = False,
) -> Callable[[Callable[..., Any]], click.Command]:
    """Add a command to a group: it has the options, and gets a session as its first argument.

    What it returns is told; ``shown`` prints that for people. What the kit raises becomes one line
    and exit code 1.
    """

    def add(function: Callable[..., Any]) -> click.Command:
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
                    raise ServiceError(
                        f"no token of the control surface: there is no {data_dir}/control_token; "
                        "give --token or --data-dir"
                    )
                session = Session(found, as_json=as_json)
                with session.simulator:
                    told = function(session, **arguments)
                    if shown is not None:
                        session.tell(told, shown)
            except SimulatorError as error:
                raise click.ClickException(str(error)) from error

        for option in reversed((_ACCOUNT, *_OPTIONS) if of_account else _OPTIONS):
            command = option(command)
        return group.command(name)(command)

    return add


account_command = functools.partial(service_command, of_account=True)


def pairs(
    read: Callable[[str, str], Any], *, of: str = "VALUE"
) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, Any]]:
    """Return what makes a mapping of texts `NAME=VALUE`; ``read`` makes a value of name and text."""

    def mapping(
        context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
    ) -> dict[str, Any]:
        result = {}
        for text in texts:
            name, equals, value = text.partition("=")
            try:
                result[name] = read(name, value)
            except ValueError:
                equals = ""
            if not equals:
                raise click.BadParameter(f"{text!r} is not NAME={of}")
        return result

    return mapping


numbers_option = click.option(
    "--set",
    "parameters",
    multiple=True,
    metavar="NAME=NUMBER",
    callback=pairs(lambda name, text: float(text) if "." in text else int(text), of="NUMBER"),
)


def duration(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """Return the duration that people write as the service takes it."""
    try:
        return None if text is None else iso_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def is_file(name_or_file: str) -> bool:
    """Say whether a text names a file rather than a scenario of the library."""
    return "/" in name_or_file or name_or_file.endswith(_SUFFIXES)


def read_scenario(file: str) -> tuple[str, dict[str, Any]]:
    """Return the text of a scenario's file and the document in it. Raises `ServiceError`."""
    # Only files need it.
    import yaml

    try:
        with telling_of(file):
            text = Path(file).read_text()
        document = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ServiceError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ServiceError(f"{file} is nested too deeply") from error
    if not isinstance(document, dict) or not isinstance(document.get("scenario"), str):
        raise ServiceError(f"{file} is no scenario: it does not begin with its name, `scenario: …`")
    return text, document
