"""Finds the service that a command is about: by what is said, the environment, the data folder."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ServiceError, telling_of

DATA_DIR = "var"
_HTTP_PORT = "8000"


@dataclass(frozen=True, slots=True)
class Found:
    """A service, and the account that its client configuration is for."""

    url: str
    token: str | None
    ca_file: str | None
    account_id: str | None
    # The client configuration as the data folder has it.
    config: Mapping[str, Any] = field(default_factory=dict)


def find(*, url: str | None, token: str | None, data_dir: Path) -> Found:
    """Return the service. What is not given is read from its data folder, where there is one.

    Raises `ServiceError` for a data folder that cannot be read.
    """
    config = _config(data_dir / "config.yaml")
    port = os.environ.get("ASTRA_HTTP_PORT", _HTTP_PORT)
    authority = data_dir / "tls" / "ca.pem"
    return Found(
        url=url or _read(data_dir / "url") or f"http://127.0.0.1:{port}",
        token=token or _read(data_dir / "control_token"),
        ca_file=str(authority) if authority.exists() else None,
        account_id=str(config["uid"]) if config else None,
        config=config or {},
    )


def _config(path: Path) -> dict[str, Any] | None:
    """Return the client configuration, None if there is none or it names no account."""
    text = _read(path)
    if text is None:
        return None
    # Not needed by whoever says where the service is.
    import yaml

    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ServiceError(f"{path} is no YAML") from error
    return config if isinstance(config, dict) and "uid" in config else None


def _read(path: Path) -> str | None:
    with telling_of(path), suppress(FileNotFoundError):
        return path.read_text().strip() or None
    return None
