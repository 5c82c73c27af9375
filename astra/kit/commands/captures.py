"""`astra-simulator capture` and `account export-scenario`: an account becomes a scenario."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ..capture.anonymous import anonymised
from ..capture.document import UNTOLD, heading, scenario_of
from ..capture.reading import Progress, Reader, Reading
from ..errors import ServiceError, SimulatorError, telling_of
from .sessions import Group, Session, json_option, service_command

# A host without a dot is one of NetApp's own service, as its client has it.
_SERVICE = ".astra.netapp.io"
_EXPORT_PER_SECOND = 1000.0


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            click.option(
                "--output",
                "-o",
                type=click.Path(dir_okay=False, path_type=Path),
                required=True,
                help="The file to write, such as estate.yaml.",
            ),
            click.option("--name", help="What the scenario is called; like the file if absent."),
            click.option(
                "--anonymise", is_flag=True, help="Replace e-mails, hosts, names and labels."
            ),
        )
    ):
        function = option(function)
    return function


def _write(
    reader: Reader,
    account_id: str,
    progress: Progress,
    *,
    output: Path,
    name: str | None,
    instant: datetime | None,
    anonymise: bool,
) -> dict[str, Any]:
    # Only this needs it.
    import yaml

    reading = Reading(reader, account_id, progress)
    estate = reading.read()
    called = (
        re.sub(r"[^a-z0-9-]+", "-", (name or output.stem).lower())[:63].strip("-") or "captured"
    )
    scenario, filled = scenario_of(estate, name=called, instant=instant or reader.instant)
    if anonymise:
        scenario = anonymised(scenario)
        filled = []
    text = yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=100)
    with telling_of(output):
        output.write_text(heading(filled, reading.refused) + text)
    progress.forget()
    return {
        "file": str(output),
        "scenario": called,
        "at": scenario["accounts"][0]["clock"]["at"],
        "read": {each: len(answers) for each, answers in estate.read.items() if answers},
        "untold": list(UNTOLD),
        "filled": filled,
        "refused": reading.refused,
    }


def _print_written(told: Mapping[str, Any]) -> None:
    read = ", ".join(f"{count} {name}" for name, count in told["read"].items())
    click.echo(f"Written: {told['file']}, as at {told['at']}: {read}.")
    click.echo("What no GET tells:")
    for each in told["untold"]:
        click.echo(f"  {each}")
    if told["filled"]:
        click.echo("Made up, or left out:")
        for each in told["filled"]:
            click.echo(f"  {each}")
    for path, why in told["refused"].items():
        click.echo(f"Refused: {path}: {why}")


def _config(file: Path) -> tuple[str, str, dict[str, str], bool]:
    """Return what a client configuration says: address, account, headers, whether it verifies."""
    import yaml

    try:
        with telling_of(file):
            text = file.read_text()
        config = yaml.safe_load(text)
        host, account_id = str(config["astra_project"]), str(config["uid"])
        headers = {str(name): str(value) for name, value in config["headers"].items()}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ServiceError(f"{file} is no YAML") from error
    except (TypeError, KeyError, AttributeError) as error:
        reason = "it has headers, uid and astra_project"
        raise ServiceError(f"{file} is no client configuration: {reason}") from error
    if "://" not in host:
        host = f"https://{host if '.' in host or ':' in host else host + _SERVICE}"
    return host, account_id, headers, bool(config.get("verifySSL", True))


def _told(path: str) -> None:
    click.echo(f"  {path}", err=True)


def _instant(context: click.Context, parameter: click.Parameter, text: str | None) -> Any:
    if text is None:
        return None
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    raise click.BadParameter(f"{text!r} is no instant such as 2026-01-05T12:00:00Z")


@click.command()
@click.option(
    "--config",
    "config",
    type=click.Path(dir_okay=False, path_type=Path),
    default="config.yaml",
    show_default=True,
    help="The configuration of the API's own client: account, address, token.",
)
@_options
@click.option(
    "--per-second",
    default=5.0,
    show_default=True,
    help="How many GETs are sent in a second at most.",
)
@click.option("--ca", "ca_file", type=click.Path(exists=True), help="An authority to verify by.")
@click.option(
    "--at", callback=_instant, help="The instant that it is; that of the answers if absent."
)
@json_option
def capture(
    config: Path,
    per_second: float,
    ca_file: str | None,
    at: datetime | None,
    as_json: bool,  # noqa: FBT001 - click hands it over by name
    **wanted: Any,
) -> None:
    """Read an account by GETs alone, and write a scenario of it.

    Secrets are never read. What is broken off goes on where it was when it is begun again: so far it is
    kept beside the file, in one that ends in .part.
    """
    if per_second <= 0:
        raise click.UsageError("--per-second must be greater than 0")
    output: Path = wanted["output"]
    try:
        host, account_id, headers, verifies = _config(config)
        told = (lambda path: None) if as_json else _told
        reader = Reader(
            host,
            headers,
            per_second=per_second,
            verifies=verifies or ca_file is not None,
            ca_file=ca_file,
            told=told,
        )
        progress = Progress(output.with_name(f"{output.name}.part"))
        written = _write(reader, account_id, progress, instant=at, **wanted)
    except SimulatorError as error:
        raise click.ClickException(str(error)) from error
    if reader.is_simulated and at is None:
        click.echo(
            "It is a simulated account, whose clock may show another time: see --at, or "
            "`astra-simulator account export-scenario`.",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(written, indent=2, ensure_ascii=False))
    else:
        _print_written(written)


def add_export(group: Group) -> None:
    """Add `export-scenario` to the group of accounts."""

    @service_command(group, "export-scenario", shown=_print_written)
    @click.argument("account_id", metavar="ID")
    @_options
    def export_scenario(session: Session, account_id: str, **wanted: Any) -> dict[str, Any]:
        """Write a scenario of an account as it is now.

        Its clock should stand still meanwhile. It is read by GETs of its first owner, so what these do
        not tell is not in it either; a checkpoint has all.
        """
        controls = session.simulator.account(account_id)
        token = controls.tokens.new(name="export-scenario")
        try:
            reader = Reader(
                session.simulator.base_url,
                {"Authorization": f"Bearer {token.token}"},
                per_second=_EXPORT_PER_SECOND,
                ca_file=session.found.ca_file,
            )
            instant = controls.clock.read().now
            return _write(reader, account_id, Progress(None), instant=instant, **wanted)
        finally:
            controls.tokens.revoke(token.id)
