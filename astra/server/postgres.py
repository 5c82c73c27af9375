"""The embedded PostgreSQL: a child that the kernel stops when this process dies.

It runs in the foreground and listens on a unix socket alone, in a folder closed to others.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil
import psycopg
from django.core.management.base import CommandError

from astra.server import postgres_files, processes
from astra.server.postgres_files import NAME

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    # What a journal drops is to be used again soon, and what thousands of calls made is to be counted.
    "autovacuum_naptime": "10s",
    "jit": "off",
    # No replica ever reads this server's log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# Of no use after a crash, hence only for data that nobody wants to see again.
_EPHEMERAL_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Zeros are neither written ahead nor copied.
    "wal_init_zero": "off",
    "wal_recycle": "off",
}
_SOCKET_PATH_BYTES = 107
_READY_SECONDS = 120.0
# How long a start is tried again: children of a killed server hold its memory for a moment.
_RETRY_SECONDS = 5.0
_PREDECESSOR_SECONDS = 15.0
_POLL_SECONDS = 0.02


class EmbeddedPostgres:
    """One server on one data folder, with a role and a database named ``astra``."""

    def __init__(
        self,
        *,
        data_dir: Path,
        socket_dir: Path,
        log_path: Path | None,
        log_bytes: int = 10 * 1024 * 1024,
        durable: bool = True,
    ) -> None:
        """Name the folders; nothing is touched before `start`. Without a log path, none is kept.

        ``log_bytes``: beyond that, the log begins anew (``limit_log``). ``durable``: what was
        committed survives the end of the machine, too.
        """
        self.data_dir = data_dir
        self.socket_dir = socket_dir
        self.log_path = log_path
        self.log_bytes = log_bytes
        self.durable = durable
        # The data folder of a stopped server, that new data are a copy of.
        self.template: Path | None = None
        self._identity: processes.Identity | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of the database, as in ``DATABASE_URL``."""
        return f"postgresql://{NAME}@{str(self.socket_dir).replace('/', '%2F')}/{NAME}"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def exit_code(self) -> int | None:
        """Return the code with which the server ended, None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        """Start the server, on new data if there is none; returns once it takes connections."""
        if len(os.fsencode(self.socket_dir / ".s.PGSQL.5432")) > _SOCKET_PATH_BYTES:
            raise CommandError(f"{self.socket_dir} is too long for a socket; set a shorter TMPDIR")
        self._identity = self._choose_identity()
        if not self.data_dir.exists():
            postgres_files.make(
                self.data_dir, identity=self._identity, durable=self.durable, template=self.template
            )
        postgres_files.check(self.data_dir, self._identity)
        stale_pid = self._wait_for_predecessor()
        self._prepare_socket_dir()
        self._launch_until_ready(stale_pid)

    def stop(self) -> None:
        """Stop the server: connections are cut, what was committed is kept."""
        if self._process is not None:
            # Fast, then immediate: the next start then repeats the log.
            processes.stop([self._process], (signal.SIGINT, 60), (signal.SIGQUIT, 10))
            self._process = None
            with suppress(OSError):
                self.socket_dir.rmdir()

    def limit_log(self) -> None:
        """Begin the log anew if it is too long; what was in it is kept beside it, once.

        The server goes on writing at the end of the same file, wherever that is.
        """
        if self.log_path is None:
            return
        with suppress(FileNotFoundError):
            if self.log_path.stat().st_size > self.log_bytes:
                shutil.copy(self.log_path, self.log_path.with_suffix(".log.old"))
                os.truncate(self.log_path, 0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _choose_identity(self) -> processes.Identity | None:
        """As root, choose the account that PostgreSQL, which refuses root, runs as."""
        if os.geteuid() != 0:
            return None
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        parts = ("bin/postgres", "lib", "share/postgresql")
        needs = [postgres_files.INSTALLATION / name for name in parts]
        needs += [self.data_dir.parent, self.socket_dir.parent]
        return processes.lowered_identity(self.data_dir, needs=needs)

    def _prepare_socket_dir(self) -> None:
        """Make the socket's folder, never trusting one that somebody else put there."""
        try:
            self.socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            postgres_files.close(self.socket_dir, self._identity)
        except OSError as error:
            raise CommandError(f"{self.socket_dir} cannot be had ({error}); remove it") from error

    def _wait_for_predecessor(self) -> int | None:
        """Wait until a server that lost its supervisor is gone; return a stale pid if one is left.

        The caller holds the lock on the data folder, so a server on it has no supervisor.
        """
        try:
            pid = int((self.data_dir / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            if not {"-D", str(self.data_dir)} <= set(process.cmdline()):
                return pid
        except (FileNotFoundError, IndexError, ValueError):
            return None
        except psutil.Error:
            return pid
        for number in (signal.SIGINT, signal.SIGQUIT):
            try:
                process.send_signal(number)
                process.wait(_PREDECESSOR_SECONDS)
            except psutil.NoSuchProcess:
                return pid
            except psutil.TimeoutExpired:
                continue
            return pid
        raise CommandError(f"process {pid} still runs PostgreSQL on {self.data_dir}")

    def _launch_until_ready(self, stale_pid: int | None) -> None:
        begin = time.monotonic()
        self._launch(stale_pid)
        try:
            while not self._is_ready():
                waited = time.monotonic() - begin
                if waited > _READY_SECONDS:
                    raise CommandError(f"PostgreSQL is not ready after {_READY_SECONDS:.0f} s")
                if self.exit_code() is not None:
                    if waited > _RETRY_SECONDS:
                        raise CommandError(f"PostgreSQL ended at once:\n{self._end_of_log()}")
                    time.sleep(_RETRY_SECONDS / 10)
                    self._launch(stale_pid)
                time.sleep(_POLL_SECONDS)
        except BaseException:
            self.stop()
            raise

    def _launch(self, stale_pid: int | None) -> None:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        if not self.durable:
            settings |= _EPHEMERAL_SETTINGS
        command = [str(postgres_files.binary("postgres")), "-D", str(self.data_dir)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        # A pid file left by a killed server may name a process that now is another program; told
        # so by this variable, PostgreSQL takes the file over. Deleting it would be unsafe.
        environment = {} if stale_pid is None else {"PG_GRANDPARENT_PID": str(stale_pid)}
        output = self._open_log()
        try:
            self._process = processes.spawn(
                command,
                death_signal=signal.SIGINT,
                identity=self._identity,
                output=output,
                environment=environment,
            )
        finally:
            os.close(output)

    def _open_log(self) -> int:
        if self.log_path is None:
            return os.open(os.devnull, os.O_WRONLY)
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.limit_log()
        return os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _end_of_log(self) -> str:
        if self.log_path is None:
            return "(no log is kept)"
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-8:])

    def _is_ready(self) -> bool:
        """Say whether the server takes connections, and make the database if it is missing."""
        try:
            with psycopg.connect(
                host=str(self.socket_dir), user=NAME, dbname="postgres", autocommit=True
            ) as connection:
                found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
                if found.rowcount == 0:
                    connection.execute(f"CREATE DATABASE {NAME}")
        except psycopg.OperationalError:
            return False
        return True
