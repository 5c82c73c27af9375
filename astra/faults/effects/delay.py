"""delay: the service is slow."""

import time
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from astra.api.serializers import ClosedSerializer, extended_error
from astra.faults.effects.base import Hit, Interference, RequestEffect, SecondsField

# A waiting request keeps a thread of the web server.
MOST_SECONDS = 120

pause = time.sleep


class DelayParameters(ClosedSerializer):
    """How long: fixed, or spread evenly between two bounds."""

    seconds = SecondsField(most=MOST_SECONDS, required=False)
    min = SecondsField(most=MOST_SECONDS, required=False)
    max = SecondsField(most=MOST_SECONDS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse anything but `seconds` alone, or `min` and `max` in order."""
        if set(attrs) not in ({"seconds"}, {"min", "max"}):
            raise ValidationError("Must have either seconds, or min and max.")
        if attrs.get("min", 0) > attrs.get("max", MOST_SECONDS):
            raise extended_error("max", "Must not be less than min.")
        return attrs


class Delay(RequestEffect):
    """A wait before the operation."""

    name = "delay"
    does = "The call is carried out after a while of real time; later rules still apply."
    explained = {
        "seconds": f"How long, up to {MOST_SECONDS}.",
        "min": "With `max`, instead of `seconds`: the dice choose evenly between them.",
        "max": "See `min`.",
    }
    parameters = DelayParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Wait."""
        pause(seconds_of(parameters, hit))
        return Interference()


def seconds_of(parameters: Mapping[str, Any], hit: Hit) -> float:
    """Return how long to wait."""
    if "seconds" in parameters:
        return float(parameters["seconds"])
    low, high = float(parameters["min"]), float(parameters["max"])
    return low + (high - low) * hit.unit
