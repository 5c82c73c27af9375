"""`astra-simulator status`, `config`, `token`: is it there, and how a program gets into an account."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from ..access import client_config
from ..errors import ServiceError
from ..records import Account, Token
from .output import print_accounts
from .sessions import (
    Group,
    Session,
    account_command,
    duration,
    service_command,
)

_user_option = click.option(
    "--user", "email", metavar="EMAIL", help="Whose token; the first owner's if absent."
)


def _print_status(told: dict[str, Any]) -> None:
    words = " ".join(told["reasons"]) or f"version {told['version']}"
    click.secho(f"{told['status'].capitalize()}: {told['url']}, {words}", bold=True)
    if "accounts" in told:
        print_accounts(Account.from_json(each) for each in told["accounts"])


def add_to(group: Group) -> None:
    """Add the commands to the group of all."""

    @service_command(group, needs_token=False)
    def status(session: Session) -> None:
        """Say whether the service is ready, and what accounts it has.

        Exit code 1 if it is not ready.
        """
        ready = session.simulator.ready()
        told: dict[str, Any] = {
            "status": "ready" if ready.is_ready else "unready",
            "reasons": list(ready.reasons),
            "url": session.simulator.base_url,
            "version": session.simulator.version(),
        }
        if ready.is_ready and session.found.token is not None:
            told["accounts"] = [each.document for each in session.simulator.accounts.list()]
        session.tell(told, _print_status)
        if not ready.is_ready:
            raise click.exceptions.Exit(1)

    @account_command(group, shown=lambda made: click.echo(made.token))
    @_user_option
    @click.option("--name", help="What the token is called.")
    @click.option(
        "--expires-in",
        callback=duration,
        help="Such as 1h, of the account's time; never if absent.",
    )
    def token(
        session: Session, email: str | None, name: str | None, expires_in: str | None
    ) -> Token:
        """Issue a token of a user, and print it."""
        return session.account.tokens.new(email, name=name, expires_in=expires_in)

    @account_command(group)
    @_user_option
    @click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The file to write; printed if absent.",
    )
    def config(session: Session, email: str | None, output: Path | None) -> None:
        """Print config.yaml of the API's own client.

        Of the account that the data folder's config.yaml is for, it is that; for any other account or
        user, a token is issued.
        """
        known = session.found.config
        if email is not None or known.get("uid") != session.account_id:
            authority = _authority(session)
            issued = session.account.tokens.new(email, name="config.yaml")
            known = client_config(authority, session.account_id, issued.token)
        # Only this needs it.
        import yaml

        text = yaml.safe_dump(dict(known), sort_keys=False)
        if output is not None:
            output.touch(mode=0o600)
            output.write_text(text)
            text = f"Written: {output}\n"
        session.tell(dict(known), lambda told: click.echo(text, nl=False))


def _authority(session: Session) -> str:
    """Return the host and port of the service's HTTPS."""
    if "astra_project" in session.found.config:
        return str(session.found.config["astra_project"])
    url = urlsplit(session.simulator.base_url)
    if url.scheme != "https":
        raise ServiceError("config.yaml is for HTTPS: let --url be the https address")
    return url.netloc
