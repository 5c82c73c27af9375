"""Tasks: backups and restores at work, and their parts; read only.

Source: section 10 of `families.md` and the published `task` schemas.
"""

from datetime import datetime
from typing import Any

from astra.api import fields
from astra.api.problems import RESOURCE_NOT_FOUND
from astra.api.serializers import TransitionSerializer
from astra.resources.composed import Details, Known, Several
from astra.resources.members import Choice, Identifier, Instant, Number, Text
from astra.resources.resource import LIST, RETRIEVE, Resource
from astra.resources.shapes import Members
from notices import kinds
from notices.models import TASK_STATES, Task
from notices.reach import OfSubject

FOLLOWS = (
    "they follow from the history of backups and of apps that are cloned or restored, which does not know"
    " of execution hooks: these have no part, the resource itself says what they did. Nobody can pause or"
    " cancel one."
)
# What a task of the service can become, by what it is.
TRANSITIONS = (
    {"from": "notStarted", "to": ["running"]},
    {"from": "running", "to": ["completed", "failed"]},
)


NAME_PATTERN = r"^(([a-z])*(\.))*([a-z])+$"
NAME: Any = {"min_length": 3, "max_length": 127}


class TaskTransition(TransitionSerializer):
    """What a state may become."""


class Uris(Several):
    """`resourceCollectionURI`: the one URI that there is."""

    is_filtered = False

    def json(self, value: Any) -> Any:
        return [value]


class PercentDone(Number):
    """`percentDone`: how much of its time is over, 100 at the end."""

    has_column = False
    is_filtered = False
    reads_also = ("state", "start_time", "ends_at")

    def written(self, row: Any, now: datetime) -> Any:
        if row.state == "completed":
            return 100
        if row.state != "running" or row.ends_at is None or row.ends_at <= row.start_time:
            return 0
        over = min((now - row.start_time) / (row.ends_at - row.start_time), 0.9999)
        return round(over * 100, 2)


TASK = Resource(
    model=Task,
    members=Members(
        kinds.TASK,
        Text("name", pattern=NAME_PATTERN, **NAME, example="astra.backup"),
        Text("summary", min_length=3, max_length=63),
        Text("description", min_length=1, max_length=511),
        Text("service", min_length=1, max_length=31),
        Identifier("parentTaskID", sometimes=True),
        Identifier("resourceID"),
        Text("resourceURI", min_length=3, max_length=4095),
        Uris(
            "resourceCollectionURI",
            of=lambda: fields.StrictCharField(min_length=3, max_length=4095),
            column="resource_uri",
        ),
        Choice("state", choices=TASK_STATES),
        Known(
            "stateTransitions",
            fields.list_of(TaskTransition),
            value=lambda row, now: TRANSITIONS,
            sometimes=False,
        ),
        Details("stateDetails"),
        Number("orderHint"),
        PercentDone("percentDone"),
        Instant("startTime", sometimes=True),
        Instant("endTime", sometimes=True),
        module=__name__,
    ),
    paths=("core/v1/tasks",),
    within=OfSubject(),
    published_parameters=frozenset({"include", "limit", "filter"}),
    misses={RETRIEVE: RESOURCE_NOT_FOUND},
    simplified={LIST: FOLLOWS, RETRIEVE: FOLLOWS},
    columns=("summary", "state"),
    key="summary",
    seeding=None,
)
