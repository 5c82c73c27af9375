"""The options of the service, read from the environment once, at start.

Every option has the prefix ``ASTRA_`` there and is an attribute here; a value that does not parse
stops the start with the name of the variable.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import environs
from environs import validate

T = TypeVar("T")

_env = environs.Env(prefix="ASTRA_")
_PORT = validate.Range(1, 65535, error="not a port between 1 and 65535")
_POSITIVE = validate.Range(min=0, min_inclusive=False, error="not greater than zero")
# The forms of log lines.
TEXT, JSON = "text", "json"
_LOG_FORMAT = validate.OneOf((TEXT, JSON), error="neither text nor json")
_NOT_NEGATIVE = validate.Range(min=0, error="less than zero")


def _option(read: Callable[..., T], *of: Any, **rules: Any) -> T:
    option: T = field(default_factory=lambda: read(*of, **rules))
    return option


def _tuple(name: str, default: list[str]) -> tuple[str, ...]:
    return tuple(_env.list(name, default))


def _folder(name: str, default: str) -> Path:
    return Path(_env.str(name, default)).absolute()


def _folder_if_any(name: str) -> Path | None:
    return Path(found).absolute() if (found := _env.str(name, "")) else None


@dataclass(frozen=True, slots=True)
class Options:
    """One attribute per ``ASTRA_…`` variable, in the units its name says.

    Made without arguments it is what the environment says; raises ``environs.EnvError`` naming the
    variable that is malformed.
    """

    data_dir: Path = _option(_folder, "DATA_DIR", "var")
    cache_dir: Path | None = _option(_folder_if_any, "CACHE_DIR")
    durable: bool = _option(_env.bool, "DURABLE", True)
    host: str = _option(_env.str, "HOST", "127.0.0.1")
    http_port: int = _option(_env.int, "HTTP_PORT", 8000, validate=_PORT)
    https_port: int = _option(_env.int, "HTTPS_PORT", 8443, validate=_PORT)
    tls_names: tuple[str, ...] = _option(_tuple, "TLS_NAMES", [])
    admin_password: str = _option(_env.str, "ADMIN_PASSWORD", "")
    max_body_bytes: int = _option(_env.int, "MAX_BODY", 1024 * 1024, validate=_POSITIVE)
    control: bool = _option(_env.bool, "CONTROL", True)
    control_token: str = _option(_env.str, "CONTROL_TOKEN", "")
    prepare_statements: bool = _option(_env.bool, "PREPARE", True)
    strict_queries: bool = _option(_env.bool, "STRICT_QUERIES", False)
    start_scenario: str = _option(_env.str, "START_SCENARIO", "demo")
    worker_interval_seconds: float = _option(
        _env.float, "WORKER_INTERVAL", 0.25, validate=_POSITIVE
    )
    history_cap: int = _option(_env.int, "HISTORY_CAP", 100_000, validate=_NOT_NEGATIVE)
    left_behind: int = _option(_env.int, "LEFT_BEHIND", 1000, validate=_NOT_NEGATIVE)
    journal_cap: int = _option(_env.int, "JOURNAL_CAP", 10_000, validate=_NOT_NEGATIVE)
    journal_spool: bool = _option(_env.bool, "JOURNAL_SPOOL", True)
    connections: int = _option(_env.int, "CONNECTIONS", 512, validate=_POSITIVE)
    database_log_bytes: int = _option(
        _env.int, "DATABASE_LOG_MAX", 10 * 1024 * 1024, validate=_POSITIVE
    )
    call_seconds: float = _option(_env.float, "CALL_SECONDS", 10.0, validate=_POSITIVE)
    db_pool_size: int = _option(_env.int, "DB_POOL_SIZE", 8, validate=_POSITIVE)
    allowed_hosts: tuple[str, ...] = _option(
        _tuple, "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]
    )
    trusted_origins: tuple[str, ...] = _option(_tuple, "TRUSTED_ORIGINS", [])
    log_level: str = _option(_env.str, "LOG_LEVEL", "INFO")
    log_format: str = _option(_env.str, "LOG_FORMAT", TEXT, validate=_LOG_FORMAT)

    @property
    def database_socket_dir(self) -> Path:
        """Folder of the embedded server's socket: short, because a socket path has 107 bytes."""
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"astra-{os.getuid()}-{digest}"

    @property
    def database_url(self) -> str:
        """URL of the embedded server, used while ``DATABASE_URL`` is not set."""
        host = str(self.database_socket_dir).replace("/", "%2F")
        return f"postgresql://astra@{host}/astra"
