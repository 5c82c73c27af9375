"""Medians, how sure they are, and ratios of what was measured side by side."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the interval around it."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Return the median of some values, with the interval that has the true one with 95 %.

    The interval lies between two of the values, chosen by the binomial distribution, so nothing is
    assumed of how they are distributed. Fewer than six values have no such interval; theirs is from
    the smallest to the largest. Raises ``StatisticsError`` if there is no value.
    """
    ordered = sorted(values)
    median = statistics.median(ordered)
    cut = _left_out(len(ordered))
    return Spread(median, ordered[cut], ordered[-1 - cut])


def _left_out(count: int) -> int:
    """Return how many values the interval leaves out at either end."""
    outside, chosen = 0.0, 0
    for cut in range(count // 2):
        outside += 2 * math.comb(count, cut) / 2**count
        if outside > 1 - CONFIDENCE:
            break
        chosen = cut
    return chosen


def paired(of: Sequence[float], to: Sequence[float]) -> list[float]:
    """Return the ratios of two series, round by round. Raises ``ValueError`` if one is shorter."""
    return [one / other for one, other in zip(of, to, strict=True)]
