"""What must be there before the first request: tables, start scenario, the ways in; told by a banner."""

import json
import secrets
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from astra.accounts.models import Account
from astra.api.control import control_token
from astra.api.files import write_private
from astra.api.options import Options
from astra.server.addresses import listeners
from astra.server.client_config import FILE_NAME, ensure_client_config, ready_apps, token_of
from astra.server.tls import server_certificate
from backups import kinds
from backups.models.apps import App

# The person who may use the admin site.
ADMINISTRATOR = "admin"
_KEPT_IN = "admin_password"


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
        raise CommandError(f"the database does not answer: {error}".strip()) from error
    try:
        yield
    finally:
        # The sessions must not outlive the need for them: the supervisor goes on for days.
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def ensure_administrator(options: Options) -> str | None:
    """Make sure that `admin` exists; return the password, None if it was changed on the site.

    ``ASTRA_ADMIN_PASSWORD`` decides it at every start; otherwise it is made once and kept in the
    data folder.
    """
    path = options.data_dir / _KEPT_IN
    kept = path.read_text().strip() if path.exists() else ""
    password = options.admin_password or kept
    administrator = User.objects.filter(username=ADMINISTRATOR).first()
    if administrator is None:
        password = password or secrets.token_urlsafe(12)
        User.objects.create_superuser(ADMINISTRATOR, password=password)
    elif not administrator.check_password(password):
        if not options.admin_password:
            return None
        administrator.set_password(password)
        administrator.save(update_fields=["password"])
    if password != kept:
        write_private(path, password + "\n")
    return password


def banner(options: Options, access: Access) -> str:
    """Return the addresses, the ways in, and a command that creates a first backup."""
    http, https = listeners(options)
    password = access.admin_password or "(as you changed it)"
    lines = [
        "",
        "Astra Simulator is ready.",
        "",
        f"  API      {http.url}",
        f"           {https.url}  (authority: {options.data_dir / 'tls' / 'ca.pem'})",
        f"  Admin    {http.url}/admin/  user {ADMINISTRATOR}, password {password}",
        f"  Docs     {http.url}/api/docs/",
        *_client_lines(options, access, http.url),
        "",
        "Ctrl-C stops the service; its data stay.",
        "",
    ]
    return "\n".join(lines)


def command_line(options: Options, *words: str) -> str:
    """Return a command for this service as it can be pasted here: its interpreter, its data folder."""
    python, folder = Path(sys.executable), Path.cwd()
    if python.is_relative_to(folder):
        python = python.relative_to(folder)
    default = folder / "var"
    where = [] if options.data_dir == default else [f"ASTRA_DATA_DIR={options.data_dir}"]
    return shlex.join([*(["env", *where] if where else []), str(python), "-m", "astra", *words])


def _client_lines(options: Options, access: Access, url: str) -> list[str]:
    config, app = access.client_config, access.app
    if config is None:
        return ["", f"  No account yet: {command_line(options, 'seed', 'demo')}"]
    token = token_of(config)
    lines = [
        f"  Account  {config['uid']}",
        f"  Token    {token}",
        f"  Client   {options.data_dir / FILE_NAME}",
    ]
    if app is None:
        return lines
    path = f"/accounts/{config['uid']}/k8s/v1/apps/{app.id}/appBackups"
    body = {"type": kinds.APP_BACKUP.type, "version": kinds.APP_BACKUP.versions[0]}
    return [
        *lines,
        "",
        f"Create a backup of the app {app.name}:",
        "",
        f"  curl -X POST {url}{path} \\",
        f"    -H 'Authorization: Bearer {token}' \\",
        f"    -H 'Content-Type: {kinds.APP_BACKUP.type}+json' \\",
        f"    -d '{json.dumps(body)}'",
    ]
