"""What the service counts of itself, in each process; `GET /simulator/v1/metrics` adds it up.

Processes that share a folder (``join``) keep what they count in files there, mapped into memory: to
count costs a write to memory. Without a folder, as in a command, it stays with the process.
"""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MEDIA_TYPE = CONTENT_TYPE_LATEST
# Where the processes of a service meet; the library reads it when it is imported.
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# Containers that share the folder have processes of the same number.
_HOST = socket.gethostname().replace("_", "-")


class _Process:
    """The name of this process, made once: it is asked for whenever something is counted."""

    def __init__(self) -> None:
        self._rename()
        os.register_at_fork(after_in_child=self._rename)

    def _rename(self) -> None:
        self._name = f"{_HOST}-{os.getpid()}"

    def __call__(self) -> str:
        return self._name


def _count_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(_Process())  # type: ignore[no-untyped-call]


if _FOLDER in os.environ:
    _count_in(Path(os.environ[_FOLDER]))

# Instants that nobody asks for, of processes that nobody knows.
disable_created_metrics()  # type: ignore[no-untyped-call]

IN_PROGRESS = Gauge(
    "astra_requests_in_progress",
    "Requests under way: as many threads are in use.",
    multiprocess_mode="livesum",
)
TRANSITIONS = Counter("astra_transitions", "Steps from state to state that became due.")
JOURNAL_DROPPED = Counter("astra_journal_dropped", "Calls that journals dropped beyond their cap.")
WEBHOOKS_TAKEN = Counter("astra_webhooks_taken", "Calls of webhooks that were answered 2xx.")
WEBHOOKS_FAILED = Counter("astra_webhooks_failed", "Calls of webhooks that went wrong otherwise.")
WEBHOOKS_DROPPED = Counter(
    "astra_webhooks_dropped", "Calls of webhooks that were given up, or found no room in the queue."
)
# Those without labels, which have a place to count in from the beginning on.
_PLAIN = (
    IN_PROGRESS,
    TRANSITIONS,
    JOURNAL_DROPPED,
    WEBHOOKS_TAKEN,
    WEBHOOKS_FAILED,
    WEBHOOKS_DROPPED,
)


def empty(folder: Path) -> None:
    """Remove what earlier processes of this host left in the folder."""
    _remove(folder.glob(f"*_{_HOST}-*.db"))


def join(folder: Path) -> None:
    """Count in the folder from now on, in this process and all that are forked from it."""
    os.environ[_FOLDER] = str(folder)
    _count_in(folder)
    for metric in _PLAIN:
        metric._metric_init()


def exposed(*collectors: Collector) -> bytes:
    """Return what all processes counted, and what ``collectors`` find, as Prometheus reads it."""
    registry = CollectorRegistry()
    folder = os.environ.get(_FOLDER)
    if folder is None:
        registry.register(_Own())
    else:
        # What is under way in a process ends with it.
        _remove(file for file in Path(folder).glob("gauge_live*.db") if _is_over(file))
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)


class _Own(Collector):
    """What this process counted."""

    def collect(self) -> Iterable[Metric]:
        return (metric for metric in REGISTRY.collect() if metric.name.startswith("astra_"))


def _is_over(file: Path) -> bool:
    host, _, number = file.stem.rpartition("_")[2].rpartition("-")
    return host == _HOST and not Path("/proc", number).exists()


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
