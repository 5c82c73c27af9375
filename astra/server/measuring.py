"""What is counted of every request, whatever it is for, and what a look at the database adds."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from astra.api import metrics
from astra.api.clock import monotonic_seconds
from astra.api.control import ControlView
from astra.api.statements import fetch
from astra.api.waits import began
from astra.database.patience import within
from astra.engine.advancing import lag_seconds
from astra.engine.pulse import worker_is_alive
from astra.faults.subjects import operation_at
from astra.webhooks.delivering import queues_state

REQUESTS = Counter("astra_requests", "Requests answered.", ["operation", "status"])
SECONDS = Histogram(
    "astra_request_seconds",
    "Seconds from a request to its answer.",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PROBLEMS = Counter("astra_problems", "Refusals, by the number of the problem.", ["problem"])

# What is no operation of the simulated API, counted by where its path begins.
_ELSEWHERE = {"simulator": "control", "admin": "page", "api": "page", "static": "page"}
_OTHER = "other"

# Prometheus itself waits for ten seconds.
_PATIENCE_SECONDS = 5.0
_SESSIONS = """
    SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""


class Measuring:
    """Middleware around all others: counts requests, refusals, what is under way, and seconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        metrics.IN_PROGRESS.inc()
        try:
            response = self.get_response(request)
        finally:
            metrics.IN_PROGRESS.dec()
        requests, seconds = _counters(operation_of(request), response.status_code)
        requests.inc()
        seconds.observe(monotonic_seconds() - began(request)[1])
        number, _ = getattr(request, "_refusal", (None, None))
        if number is not None:
            _problems(number).inc()
        return response


def operation_of(request: HttpRequest) -> str:
    """Return what a request was for: an operation of the API, such as `appBackup.create`, or else
    `control`, `page` or `other`.
    """
    match = request.resolver_match
    operation = match and operation_at(match.func, request.method or "")
    return operation or _ELSEWHERE.get(request.path_info.split("/", 2)[1], _OTHER)


@functools.cache
def _counters(operation: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(operation, status), SECONDS.labels(operation)


@functools.cache
def _problems(number: int) -> Counter:
    return PROBLEMS.labels(number)


class _Database(Collector):
    """What the database knows: how far behind the worker is, what webhooks have to tell, and who is
    connected.
    """

    def collect(self) -> Iterable[Metric]:
        """Ask; what cannot be asked is left out."""
        try:
            with within(min(settings.ASTRA.call_seconds, _PATIENCE_SECONDS)):
                waiting, late = queues_state()
                found: list[tuple[str, str, float]] = [
                    ("lag_seconds", "How long ago the oldest thing due was due.", lag_seconds()),
                    ("worker_up", "Whether a lifecycle worker is alive.", worker_is_alive()),
                    ("webhooks_waiting", "Ends that webhooks have to tell.", waiting),
                    ("webhooks_lag_seconds", "How long ago the first call due was due.", late),
                ]
                sessions = fetch(_SESSIONS)
        except (DatabaseError, InterfaceError):
            connection.close()
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        for name, meaning, value in found:
            yield _gauge(name, meaning, value)
        states = _gauge("database_connections", "Sessions of the database.", labels=["state"])
        for state, count in sessions:
            states.add_metric([state], count)
        yield states


def _gauge(
    name: str, meaning: str, value: float | None = None, **options: Any
) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"astra_{name}", meaning, value, **options)


class MetricsView(ControlView):
    """`GET /simulator/v1/metrics`: what all processes of the service counted, for Prometheus."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(metrics.exposed(_Database()), content_type=metrics.MEDIA_TYPE)
