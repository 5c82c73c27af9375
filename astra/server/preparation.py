"""What must be there before the first request: tables, start scenario, administrator, access."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.db import OperationalError, connection

from astra.accounts.models import Account
from astra.api.control import control_token
from astra.api.options import Options
from astra.server.administrator import ensure_administrator
from astra.server.client_config import ensure_client_config, ready_apps
from astra.server.tls import server_certificate
from backups.models.apps import App


class DatabaseUnreachableError(Exception):
    """Nothing can be prepared, because the database does not answer."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a person and a client get in."""

    client_config: dict[str, Any] | None
    app: App | None
    admin_password: str | None


def prepare(options: Options) -> Access:
    """Bring the database and the data folder up to date; run again, it changes nothing."""
    with connected():
        # First of all: it refuses data that nothing else must touch.
        call_command("migrate", interactive=False, verbosity=0)
        server_certificate(options)
        if options.control:
            # So that whoever wants to use the surface finds its token.
            control_token(options)
        if options.start_scenario and not Account.objects.exists():
            call_command("seed", options.start_scenario, verbosity=0)
        config = ensure_client_config(options)
        app = ready_apps().filter(account=config["uid"]).first() if config else None
        return Access(config, app, ensure_administrator(options))


@contextmanager
def connected() -> Iterator[None]:
    """Have a connection to the database within the block, and none afterwards."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise DatabaseUnreachableError(f"the database does not answer: {error}".strip()) from error
    try:
        yield
    finally:
        # The pool's threads must not outlive the need for it: the supervisor goes on for days.
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
