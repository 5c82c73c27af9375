"""Runs the whole service: PostgreSQL, web servers and lifecycle worker, and stops them in order."""

import fcntl
import functools
import http.client
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import execute_from_command_line
from django.core.management.base import CommandError

from astra.api import metrics
from astra.api.options import JSON, Options
from astra.engine.worker import StopSignals
from astra.journal.draining import keep_drained
from astra.server import processes, template, web
from astra.server.addresses import listeners, with_ports
from astra.server.children import (
    WEB_DRAIN_SECONDS,
    Child,
    Program,
    web_options,
)
from astra.server.loading import load
from astra.server.postgres import EmbeddedPostgres
from astra.server.preparation import Access, banner, prepare
from astra.server.stopping import StopRequested, StopRequests
from astra.server.tls import server_certificate

_READY_SECONDS = 60.0
_ANSWER_SECONDS = 5.0
_POLL_SECONDS = 0.1
_WATCH_SECONDS = 0.25
_DATABASE = "PostgreSQL"


class Supervisor:
    """One run of the service, from start to stop."""

    def __init__(self, options: Options, *, only_web: bool, say: Callable[[str], None]) -> None:
        """Decide what to run; nothing is touched before `run`."""
        self._options = with_ports(options)
        self._only_web = only_web
        self._say = say
        self._requests = StopRequests()
        self._postgres = None if os.environ.get("DATABASE_URL") else _embedded(options)
        self._metrics = options.data_dir / "metrics"
        self._programs: list[Program] = []
        self._children: list[Child] = []
        if only_web and self._postgres is not None:
            raise CommandError("web alone needs a database: set DATABASE_URL")

    def run(self) -> None:
        """Serve until someone asks to stop; every process is gone when this returns."""
        with self._requests, self._data_folder():
            try:
                with self._requests.interrupting():
                    self._start()
                self._watch()
            except StopRequested:
                pass
            finally:
                self._stop()

    @contextmanager
    def _data_folder(self) -> Iterator[None]:
        """Hold the data folder; the kernel lets go of it when this process dies, however."""
        if self._only_web:
            yield
            return
        self._options.data_dir.mkdir(parents=True, exist_ok=True)
        with (self._options.data_dir / "serve.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                raise CommandError(
                    f"process {file.read().strip()} already serves {self._options.data_dir}; "
                    "stop it or choose another folder with ASTRA_DATA_DIR"
                ) from error
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield

    def _start(self) -> None:
        for listener in listeners(self._options):
            listener.probe()
        if not self._only_web:
            # So that commands beside it find it, whatever its ports.
            (self._options.data_dir / "url").write_text(
                f"{listeners(self._options)[0].local_url}\n"
            )
        if self._postgres is not None:
            start, cache_dir = self._postgres.start, self._options.cache_dir
            if cache_dir is not None:
                start = functools.partial(template.start, self._postgres, cache_dir)
            postgres = Child(_DATABASE, start, self._postgres.exit_code)
            postgres.start()
            self._children.append(postgres)
        access = None if self._only_web else prepare(self._options)
        metrics.empty(self._metrics)
        # For all that are forked from here.
        load(urls=True)
        plain, secure = listeners(self._options)
        certificate = server_certificate(self._options)
        for name, short, listener, workers, its in (
            ("the web server (HTTP)", "astra-http", plain, self._options.web_processes, None),
            ("the web server (HTTPS)", "astra-https", secure, 1, certificate),
        ):
            words = web_options(
                listener,
                workers=workers,
                connections=self._options.connections,
                certificate=its,
            )
            self._run(name, short, functools.partial(web.serve, words))
        if not self._only_web:
            words = ["astra", "advance_backups", "--watch"]
            watch = functools.partial(execute_from_command_line, words)
            self._run("the lifecycle worker", "astra-worker", watch)
        elif self._options.journal_spool:
            # A worker elsewhere does not see what is written down here.
            self._run("the journal's drainer", "astra-drainer", self._drain)
        self._announce(access)

    def _run(self, name: str, short: str, run: Callable[[], object]) -> None:
        def counting() -> None:
            metrics.join(self._metrics)
            run()

        program = Program(name, short, counting, self._options.data_dir)
        self._programs.append(program)
        self._children.append(program)
        program.start()

    def _drain(self) -> None:
        with StopSignals() as signals:
            keep_drained(
                interval_seconds=self._options.worker_interval_seconds, stopping=signals.wait
            )

    def _announce(self, access: Access | None) -> None:
        """Wait until the service answers, then tell people how to get in."""
        # Beside web alone, nobody here can say when the lifecycle worker will be there.
        path = "/simulator/v1/health" if self._only_web else "/simulator/v1/ready"
        deadline = time.monotonic() + _READY_SECONDS
        while (reason := _why_not_ready(self._options, path=path)) is not None:
            if time.monotonic() > deadline:
                raise CommandError(f"not ready after {_READY_SECONDS:.0f} s: {reason}")
            self._revive()
            self._requests.wait(_POLL_SECONDS)
        # Logs that are collected are no place for passwords.
        if access is None or self._options.log_format == JSON:
            self._say("Serving on " + ", ".join(each.url for each in listeners(self._options)))
        else:
            self._say(banner(self._options, access))

    def _watch(self) -> None:
        while not self._requests.received:
            with self._requests.interrupting():
                self._revive()
            if self._postgres is not None:
                self._postgres.limit_log()
            self._requests.wait(_WATCH_SECONDS)

    def _revive(self) -> None:
        """Start again what ended. Without the database nothing else would stay up: it is first."""
        for child in self._children:
            if (news := child.revive()) is not None:
                self._say(news)
            if child.is_waiting and child.name == _DATABASE:
                return

    def _stop(self) -> None:
        """Let web and worker finish what they do, then stop the database under them."""
        if self._requests.received:
            self._say("Stopping.")
        started = [each.process for each in self._programs if each.process is not None]
        processes.stop(started, (signal.SIGTERM, WEB_DRAIN_SECONDS + 5))
        if self._postgres is not None:
            self._postgres.stop()


def _embedded(options: Options) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        data_dir=options.data_dir / "postgres",
        socket_dir=options.database_socket_dir,
        log_path=options.data_dir / "log" / "postgres.log",
        log_bytes=options.database_log_bytes,
        durable=options.durable,
    )


def _why_not_ready(options: Options, *, path: str) -> str | None:
    """Return what the service lacks for ``path`` to answer 200 on both listeners, None if nothing.

    HTTPS is asked as a client would, with the certificate verified.
    """
    plain, secure = listeners(options)
    context = ssl.create_default_context(cafile=options.data_dir / "tls" / "ca.pem")
    for connection in (
        http.client.HTTPConnection(plain.local, timeout=_ANSWER_SECONDS),
        http.client.HTTPSConnection(secure.local, timeout=_ANSWER_SECONDS, context=context),
    ):
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return f"{connection.host}:{connection.port}: {error}"
        finally:
            connection.close()
        if response.status != http.client.OK:
            return f"GET {path} answered {response.status}: {body}"
    return None
