"""refuse: a call is refused with a problem of the catalogue."""

from collections.abc import Mapping
from typing import Any

from astra.api import fields, problems
from astra.api.problems import ApiProblem
from astra.api.serializers import ClosedSerializer
from astra.faults.effects.base import Hit, Interference, RequestEffect


class ProblemField(fields.IntegerField):
    """The number of a problem of the catalogue."""

    default_error_messages = {"problem": "The catalogue has no such problem."}

    def to_internal_value(self, data: Any) -> int:
        """Return the number; fails with `problem` for one that the catalogue does not have."""
        value = super().to_internal_value(data)
        if value not in problems.CATALOGUE:
            self.fail("problem")
        return value


class RefuseParameters(ClosedSerializer):
    """Which problem."""

    problem = ProblemField(least=1)


class Refuse(RequestEffect):
    """A refusal."""

    name = "refuse"
    does = "The call is refused with this problem, and nothing is done."
    explained = {"problem": "A number of the catalogue, for example 107 or 148."}
    parameters = RefuseParameters
    example = {"problem": 107}

    def act(self, parameters: Mapping[str, Any], hit: Hit) -> Interference:
        """Return the refusal."""
        return Interference(refusal=ApiProblem(problems.CATALOGUE[parameters["problem"]]))
