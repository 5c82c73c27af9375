"""status: the service is overloaded, broken or away."""

from collections.abc import Mapping
from typing import Any

from astra.api import fields, problems
from astra.api.problems import ApiProblem
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.base import Hit, Interference, RequestEffect

TOO_MANY, BROKEN, AWAY = 429, 500, 503


class StatusField(fields.IntegerField):
    """429, 500 or 503."""

    default_error_messages = {"status": "Must be 429, 500 or 503."}

    def to_internal_value(self, data: Any) -> int:
        """Return the status; fails with `status` for any other."""
        value = super().to_internal_value(data)
        if value not in (TOO_MANY, BROKEN, AWAY):
            self.fail("status")
        return value


class StatusParameters(ClosedSerializer):
    """Which status, and when to come again."""

    status = StatusField()
    retryAfter = fields.IntegerField(required=False, most=86_400)


class Status(RequestEffect):
    """An answer by status."""

    name = "status"
    does = (
        "The call is answered with this status and the problem that fits: `about:blank` for 429, the"
        " operation's own for 500, 24 for 503."
    )
    explained = {
        "status": "429, 500 or 503.",
        "retryAfter": "Seconds for the header `Retry-After`; without it the header is absent.",
    }
    parameters = StatusParameters

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Return the refusal with that status."""
        fitting = {
            TOO_MANY: problems.TOO_MANY_REQUESTS,
            BROKEN: hit.failure,
            AWAY: problems.SERVICE_UNAVAILABLE,
        }
        headers = {}
        if "retryAfter" in parameters:
            headers["Retry-After"] = str(parameters["retryAfter"])
        return Interference(refusal=ApiProblem(fitting[parameters["status"]], headers=headers))
