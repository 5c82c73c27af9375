"""The metrics of an account: each family tells what it counts when it is ready.

Source: section 12 of `families.md`.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from astra.accounts.callers import Scope


@dataclass(frozen=True)
class Gauge:
    """A number, or one for each value of a label."""

    name: str
    documentation: str
    values: Mapping[str, float]
    label: str = ""


# Counts what an account has, as far as a scope reaches.
Source = Callable[[uuid.UUID, Scope | None], Iterable[Gauge]]
_sources: dict[Source, None] = {}


def register_gauges(source: Source) -> None:
    """Add what is counted."""
    _sources[source] = None


@dataclass(eq=False)
class _Collected(Collector):
    gauges: list[Gauge] = field(default_factory=list)

    def collect(self) -> Iterator[Metric]:
        for gauge in self.gauges:
            labels = [gauge.label] if gauge.label else []
            family = GaugeMetricFamily(gauge.name, gauge.documentation, labels=labels)
            for value, number in sorted(gauge.values.items()):
                family.add_metric([value] if gauge.label else [], number)
            yield family


def exposition(account_id: uuid.UUID, scope: Scope | None) -> bytes:
    """Return the metrics of an account, for whom a scope reaches, as OpenMetrics text.

    It ends with `# EOF`.
    """
    registry = CollectorRegistry()
    registry.register(_Collected([gauge for each in _sources for gauge in each(account_id, scope)]))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text
