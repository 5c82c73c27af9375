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
        f"  Docs     {http.url}/api/docs/",
        *_client_lines(options, access, http.url),
        "",
        "Ctrl-C stops the service; its data stay.",
        "",
    ]
    return "\n".join(lines)


def _client_lines(options: Options, access: Access, url: str) -> list[str]:
    config, app = access.client_config, access.app
    if config is None:
        return ["", "  No account yet: python -m astra seed demo"]
    token = token_of(config)
    lines = [
        f"  Account  {config['uid']}",
        f"  Token    {token}",
        f"  Client   {options.data_dir / client_config.FILE_NAME}",
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
