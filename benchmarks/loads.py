"""wrk and pgbench: how they are run, and what they say."""

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from astra.server.postgres_files import INSTALLATION

HERE = Path(__file__).parent
PGBENCH = INSTALLATION / "bin" / "pgbench"
_THREADS = 2
_WRK_OPTIONS = ("--latency", "--timeout=60s", "-s", str(HERE / "request.lua"))
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Request:
    """A request that can be sent again and again.

    With a file of paths it is one to each of them in turn, until there are no more.
    """

    url: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    paths: Path | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What came of some seconds of load; latencies in milliseconds, if the program says them."""

    per_second: float
    requests: int
    p50: float | None = None
    p99: float | None = None
    cpu_seconds: float = 0.0


def require_wrk() -> None:
    """End the program if there is no wrk."""
    if shutil.which("wrk") is None:
        sys.exit("The benchmarks need wrk: apt-get install wrk")


def run_wrk(request: Request, connections: int, seconds: float) -> Load:
    """Load with a request over keep-alive connections; anything but 2xx ends the program."""
    threads = min(_THREADS, connections)
    options = [f"-t{threads}", f"-c{connections}", f"-d{seconds:.0f}s", *_WRK_OPTIONS]
    return _measured(
        ["wrk", *options, request.url],
        parse_wrk,
        BENCH_METHOD=request.method,
        BENCH_BODY=request.body,
        BENCH_HEADERS="\n".join(f"{name}: {value}" for name, value in request.headers.items()),
        BENCH_PATHS=str(request.paths or ""),
        BENCH_THREADS=str(threads),
    )


def run_pgbench(database_url: str, script: Path, connections: int, seconds: float) -> Load:
    """Run one prepared statement over as many connections."""
    options = ["-n", "-M", "prepared", "-c", str(connections), "-j", str(_THREADS)]
    command = [str(PGBENCH), *options, "-T", f"{seconds:.0f}", "-f", str(script), database_url]
    return _measured(command, parse_pgbench)


def parse_wrk(output: str) -> Load:
    """Read what wrk printed; raises ``ValueError`` if a request was refused or none was sent."""
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", output)
    count = re.search(r"^\s+(\d+) requests in ", output, re.MULTILINE)
    if not rate or not count or not int(count[1]) or re.search("Non-2xx|Socket errors", output):
        raise ValueError(output)
    p50, p99 = (_latency(output, percent) for percent in (50, 99))
    return Load(float(rate[1]), int(count[1]), p50, p99)


def _latency(output: str, percent: int) -> float | None:
    found = re.search(rf"^\s+{percent}%\s+([0-9.]+)(\w+) *$", output, re.MULTILINE)
    return float(found[1]) * _MILLISECONDS[found[2]] if found else None


def parse_pgbench(output: str) -> Load:
    """Read what pgbench printed; raises ``ValueError`` if it failed."""
    rate = re.search(r"tps = ([0-9.]+)", output)
    count = re.search(r"transactions actually processed: (\d+)", output)
    if not rate or not count:
        raise ValueError(output)
    return Load(float(rate[1]), int(count[1]))


def _measured(command: list[str], parse: Callable[[str], Load], **environment: str) -> Load:
    before = _cpu_seconds_of_children()
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    try:
        load = parse(done.stdout)
    except ValueError:
        sys.exit(f"{command[0]} met refusals:\n{done.stdout}")
    return replace(load, cpu_seconds=_cpu_seconds_of_children() - before)


def _cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
