"""Which containers of an app a hook matches: callers' regular expressions, in linear time.

RE2 is the syntax that the published schema names, and the engine that keeps its promise: no text and
no expression takes longer than linear time. The containers follow from the app, as its assets do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

# What ends the names of the pods of an app, as among its assets.
POD_SUFFIX = "-7d4b9c6f5d-x2k9p"

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True
# Of one compiled expression; a larger one is refused.
_OPTIONS.max_mem = 1 << 20

Criteria = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Container:
    """A container in a pod of an app."""

    namespace: str
    pod: str
    labels: Mapping[str, str]
    image: str
    name: str

    def as_json(self) -> dict[str, Any]:
        """Return an element of `matchingContainers`, its members in the order of PostgreSQL's jsonb."""
        labels = [{"name": name, "value": value} for name, value in self.labels.items()]
        return {
            "podName": self.pod,
            "podLabels": labels,
            "containerName": self.name,
            "namespaceName": self.namespace,
            "containerImage": self.image,
        }


# What an expression is held against, by the type of its criterion.
TEXTS: Mapping[str, Callable[[Container], Sequence[str]]] = {
    "containerImage": lambda container: (container.image,),
    "containerName": lambda container: (container.name,),
    "podName": lambda container: (container.pod,),
    "podLabel": lambda container: [f"{name}={text}" for name, text in container.labels.items()],
    "namespaceName": lambda container: (container.namespace,),
}


def containers_of(app_name: str, namespaces: Sequence[str]) -> list[Container]:
    """Return the containers of an app: one in each of its namespaces."""
    return [
        Container(
            namespace=namespace,
            pod=app_name + POD_SUFFIX,
            labels={"app.kubernetes.io/name": app_name},
            image=f"docker.io/library/{app_name}:1.0",
            name=app_name,
        )
        for namespace in namespaces or (app_name,)
    ]


def bad_expressions(criteria: Criteria) -> Iterator[tuple[int, str]]:
    """Yield the index of each criterion whose value is no regular expression, with the reason."""
    for index, criterion in enumerate(criteria):
        try:
            _compiled(criterion["value"])
        except re2.error as error:
            reason = error.args[0]
            yield (
                index,
                reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason),
            )


def matching(criteria: Criteria, containers: Sequence[Container]) -> list[Container]:
    """Return the containers that all criteria match somewhere; without any, all of them."""
    compiled = [(TEXTS[each["type"]], _compiled(each["value"])) for each in criteria]
    return [
        container
        for container in containers
        if all(any(map(expression.search, texts(container))) for texts, expression in compiled)
    ]


def _compiled(expression: str) -> Any:
    # The library remembers the last 128, each within ``max_mem``.
    return re2.compile(expression, _OPTIONS)
