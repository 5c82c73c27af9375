"""What `serve` prints once the service is ready."""

import json

from astra.api.options import Options
from astra.server import administrator, client_config
from astra.server.addresses import listeners
from astra.server.client_config import token_of
from astra.server.preparation import Access
from backups import kinds


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
        f"  Admin    {http.url}/admin/  user {administrator.USERNAME}, password {password}",
    ]
    config = access.client_config
    if config is None:
        lines += ["", "  No account yet: python manage.py seed demo"]
        return "\n".join([*lines, ""])
    lines += [
        f"  Account  {config['uid']}",
        f"  Token    {token_of(config)}",
        f"  Client   {options.data_dir / client_config.FILE_NAME}",
    ]
    if (app := access.app) is not None:
        path = f"/accounts/{config['uid']}/k8s/v1/apps/{app.id}/appBackups"
        body = {"type": kinds.APP_BACKUP.type, "version": kinds.APP_BACKUP.versions[0]}
        lines += [
            "",
            f"Create a backup of the app {app.name}:",
            "",
            f"  curl -X POST {http.url}{path} \\",
            f"    -H 'Authorization: Bearer {token_of(config)}' \\",
            f"    -H 'Content-Type: {kinds.APP_BACKUP.type}+json' \\",
            f"    -d '{json.dumps(body)}'",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops the service; its data stay.", ""])
