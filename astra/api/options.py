"""The options of the service, read from the environment once, at start.

Every option has the prefix ``ASTRA_`` there and is an attribute here; a value that does not parse
stops the start with one line that names the variable.
"""

import difflib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import environs
from environs import validate

T = TypeVar("T")

PREFIX = "ASTRA_"
# Read elsewhere: by the settings, the test kit, the tests and the benchmarks.
_READ_ELSEWHERE = (
    *("SECRET_KEY", "URL", "ACCOUNT"),
    *("REFERENCE_DIR", "FUZZ_EXAMPLES", "CRASH_ROUNDS", "CRASH_SEED", "TEST_LOCK", "OLDER_CLIENTS"),
)
_env = environs.Env(prefix=PREFIX)
# The forms of log lines.
TEXT, JSON = "text", "json"
# Every origin; `null` is what a browser calls that of a file.
ANY_ORIGIN = "*"


class OptionError(Exception):
    """A variable of the environment has a value that it does not take; the text is one line."""


class _Takes(NamedTuple):
    """What a variable takes, in words, and the rule behind them."""

    words: str
    rule: Callable[[Any], Any] | None = None


_FLAG = _Takes("on or off")
_PORT = _Takes("a port from 1 to 65535, or 0 for one that is free", validate.Range(0, 65535))
_POSITIVE = _Takes("a number greater than 0", validate.Range(min=0, min_inclusive=False))
_NOT_NEGATIVE = _Takes("a number from 0 on", validate.Range(min=0))
_LOG_FORMAT = _Takes(f"{TEXT} or {JSON}", validate.OneOf((TEXT, JSON)))
_REQUEST_LINES = _Takes("auto, on or off", validate.OneOf(("auto", "on", "off")))
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_ORIGINS = _Takes(
    "origins such as https://ui.example.org:8080, separated by commas, or *",
    validate.Regexp(r"(\*|null|https?://[^\s/?#@,*]+)\Z"),
)
_LEVEL = _Takes(", ".join(_LEVELS[:-1]) + f" or {_LEVELS[-1]}", validate.OneOf(_LEVELS))


def _option(read: Callable[..., T], name: str, default: Any, takes: _Takes | None = None) -> T:
    rules = {"validate": takes.rule} if takes and takes.rule else {}

    def found() -> T:
        try:
            return read(name, default, **rules)
        except environs.EnvError as error:
            variable = PREFIX + name
            words = takes.words if takes else error
            raise OptionError(f"{variable}={os.environ[variable]}: it takes {words}") from error

    option: T = field(default_factory=found, metadata={"variable": PREFIX + name})
    return option


def _tuple(name: str, default: list[str]) -> tuple[str, ...]:
    return tuple(_env.list(name, default))


def _origins(name: str, default: list[str], validate: Callable[[str], object]) -> tuple[str, ...]:
    def said(given: list[str]) -> list[str]:
        # As a browser says them: no slash at the end, in small letters.
        return [text.strip().rstrip("/").lower() for text in given]

    return tuple(
        said(_env.list(name, default, validate=lambda given: [*map(validate, said(given))]))
    )


def _folder(name: str, default: str) -> Path:
    return Path(_env.str(name, default)).absolute()


def _folder_if_any(name: str, default: str) -> Path | None:
    return Path(found).absolute() if (found := _env.str(name, default)) else None


def _upper(name: str, default: str, validate: Callable[[str], object]) -> str:
    return _env.str(name, default, validate=lambda text: validate(text.upper())).upper()


@dataclass(frozen=True, slots=True)
class Options:
    """One attribute per ``ASTRA_…`` variable, in the units its name says.

    Made without arguments it is what the environment says; raises ``OptionError`` for what a variable
    does not take.
    """

    data_dir: Path = _option(_folder, "DATA_DIR", "var")
    cache_dir: Path | None = _option(_folder_if_any, "CACHE_DIR", "")
    durable: bool = _option(_env.bool, "DURABLE", True, _FLAG)
    host: str = _option(_env.str, "HOST", "127.0.0.1")
    http_port: int = _option(_env.int, "HTTP_PORT", 8000, _PORT)
    https_port: int = _option(_env.int, "HTTPS_PORT", 8443, _PORT)
    tls_names: tuple[str, ...] = _option(_tuple, "TLS_NAMES", [])
    admin_password: str = _option(_env.str, "ADMIN_PASSWORD", "")
    max_body_bytes: int = _option(_env.int, "MAX_BODY", 1024 * 1024, _POSITIVE)
    control: bool = _option(_env.bool, "CONTROL", True, _FLAG)
    control_token: str = _option(_env.str, "CONTROL_TOKEN", "")
    replica_url: str = _option(_env.str, "REPLICA_URL", "")
    prepare_statements: bool = _option(_env.bool, "PREPARE", True, _FLAG)
    strict_queries: bool = _option(_env.bool, "STRICT_QUERIES", False, _FLAG)
    start_scenario: str = _option(_env.str, "START_SCENARIO", "demo")
    worker_interval_seconds: float = _option(_env.float, "WORKER_INTERVAL", 0.25, _POSITIVE)
    history_cap: int = _option(_env.int, "HISTORY_CAP", 100_000, _NOT_NEGATIVE)
    left_behind: int = _option(_env.int, "LEFT_BEHIND", 1000, _NOT_NEGATIVE)
    journal_cap: int = _option(_env.int, "JOURNAL_CAP", 10_000, _NOT_NEGATIVE)
    journal_spool: bool = _option(_env.bool, "JOURNAL_SPOOL", True, _FLAG)
    webhooks_private: bool = _option(_env.bool, "WEBHOOKS_PRIVATE", False, _FLAG)
    web_processes: int = _option(_env.int, "WEB_PROCESSES", 2, _POSITIVE)
    connections: int = _option(_env.int, "CONNECTIONS", 512, _POSITIVE)
    database_log_bytes: int = _option(_env.int, "DATABASE_LOG_MAX", 10 * 1024 * 1024, _POSITIVE)
    call_seconds: float = _option(_env.float, "CALL_SECONDS", 10.0, _POSITIVE)
    control_seconds: float = _option(_env.float, "CONTROL_SECONDS", 60.0, _POSITIVE)
    db_pool_size: int = _option(_env.int, "DB_POOL_SIZE", 24, _POSITIVE)
    allowed_hosts: tuple[str, ...] = _option(
        _tuple, "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]
    )
    trusted_origins: tuple[str, ...] = _option(_tuple, "TRUSTED_ORIGINS", [])
    cors_origins: tuple[str, ...] = _option(_origins, "CORS_ORIGINS", [], _ORIGINS)
    log_level: str = _option(_upper, "LOG_LEVEL", "INFO", _LEVEL)
    log_format: str = _option(_env.str, "LOG_FORMAT", TEXT, _LOG_FORMAT)
    request_lines: str = _option(_env.str, "REQUEST_LINES", "auto", _REQUEST_LINES)

    @property
    def has_request_lines(self) -> bool:
        """Whether the console shows a line for each request: by default where it is a terminal."""
        is_wanted = self.request_lines == "on" or (
            self.request_lines == "auto" and sys.stdout.isatty()
        )
        return self.log_format == TEXT and is_wanted

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


def unknown_variables() -> list[str]:
    """Return a line for each variable with our prefix that nothing reads, with what it is close to."""
    options = (str(each.metadata["variable"]) for each in fields(Options))
    known = {name.removeprefix(PREFIX) for name in options} | set(_READ_ELSEWHERE)
    ours = (name.removeprefix(PREFIX) for name in os.environ if name.startswith(PREFIX))
    close = {name: difflib.get_close_matches(name, known, 1) for name in set(ours) - known}
    return [
        f"{PREFIX}{name}: nothing reads this variable"
        + (f"; is {PREFIX}{close[name][0]} meant?" if close[name] else "")
        for name in sorted(close)
    ]
