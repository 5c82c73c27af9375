"""The options of the service, read from the environment once, at start.

Every option has the prefix ``ASTRA_`` there and is an attribute here; a value that does not parse
stops the start with the name of the variable.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import environs


@dataclass(frozen=True, slots=True)
class Options:
    """One attribute per ``ASTRA_…`` variable, in the units its name says."""

    data_dir: Path
    cache_dir: Path | None
    durable: bool
    host: str
    http_port: int
    https_port: int
    tls_names: tuple[str, ...]
    admin_password: str
    max_body_bytes: int
    control: bool
    control_token: str
    prepare_statements: bool
    strict_queries: bool
    start_scenario: str
    worker_interval_seconds: float
    journal_cap: int
    db_pool_size: int
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    log_level: str

    @classmethod
    def from_environment(cls, env: environs.Env) -> "Options":
        """Read the options; raises ``environs.EnvError`` naming the variable that is malformed."""
        with env.prefixed("ASTRA_"):
            return cls(
                data_dir=Path(env.str("DATA_DIR", "var")).absolute(),
                cache_dir=Path(found).absolute() if (found := env.str("CACHE_DIR", "")) else None,
                durable=env.bool("DURABLE", True),
                host=env.str("HOST", "127.0.0.1"),
                http_port=env.int("HTTP_PORT", 8000, validate=_port),
                https_port=env.int("HTTPS_PORT", 8443, validate=_port),
                tls_names=tuple(env.list("TLS_NAMES", [])),
                admin_password=env.str("ADMIN_PASSWORD", ""),
                max_body_bytes=env.int("MAX_BODY", 1024 * 1024, validate=_positive),
                control=env.bool("CONTROL", True),
                control_token=env.str("CONTROL_TOKEN", ""),
                prepare_statements=env.bool("PREPARE", True),
                strict_queries=env.bool("STRICT_QUERIES", False),
                start_scenario=env.str("START_SCENARIO", "demo"),
                worker_interval_seconds=env.float("WORKER_INTERVAL", 0.25, validate=_positive),
                journal_cap=env.int("JOURNAL_CAP", 10_000, validate=_not_negative),
                db_pool_size=env.int("DB_POOL_SIZE", 8, validate=_positive),
                allowed_hosts=tuple(env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])),
                trusted_origins=tuple(env.list("TRUSTED_ORIGINS", [])),
                log_level=env.str("LOG_LEVEL", "INFO"),
            )

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


def _port(value: int) -> None:
    if not 0 < value < 65536:
        raise environs.ValidationError("not a port between 1 and 65535")


def _positive(value: float) -> None:
    if value <= 0:
        raise environs.ValidationError("not greater than zero")


def _not_negative(value: float) -> None:
    if value < 0:
        raise environs.ValidationError("less than zero")
