"""An account as the program under test gets into it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .client import AccountControls
from .errors import ServiceError
from .records import Account, Named
from .serving import Address


@dataclass(frozen=True, slots=True)
class Access:
    """Address, id and token of an account, what is in it, and its controls."""

    service: Address
    account: Account
    controls: AccountControls

    @property
    def id(self) -> str:
        """The account's id."""
        return self.account.id

    @property
    def token(self) -> str:
        """The bearer token of the account's owner."""
        return str(self.account.token)

    @property
    def url(self) -> str:
        """The URL that the paths of the API continue, such as `/k8s/v1/apps`."""
        return f"{self.service.url}/accounts/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that open the API."""
        return _headers(self.token)

    def app_id(self, name: str) -> str:
        """Return the id of an app. Raises ``LookupError``."""
        return _id_of(name, self.account.apps)

    def bucket_id(self, name: str) -> str:
        """Return the id of a bucket. Raises ``LookupError``."""
        return _id_of(name, self.account.buckets)

    def config(self) -> dict[str, Any]:
        """Return what `config.yaml` of the API's own client has.

        Raises `ServiceError` where it is not known how the service is reached by HTTPS.
        """
        if self.service.https_url is None:
            raise ServiceError("config.yaml is for HTTPS: let ASTRA_URL be the https address")
        return client_config(urlsplit(self.service.https_url).netloc, self.id, self.token)

    def write_config(self, path: Path) -> Path:
        """Write `config.yaml`; return its path."""
        # Every JSON document is a YAML document.
        path.write_text(json.dumps(self.config(), indent=2) + "\n")
        return path


def client_config(authority: str, account_id: str, token: str) -> dict[str, Any]:
    """Return what `config.yaml` of the API's own client has; ``authority``: host and port of HTTPS."""
    return {
        "headers": _headers(token),
        "uid": account_id,
        "astra_project": authority,
        "verifySSL": False,
    }


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _id_of(name: str, named: tuple[Named, ...]) -> str:
    for each in named:
        if each.name == name:
            return each.id
    raise LookupError(f"{name!r} is none of {', '.join(each.name for each in named)}")
