"""Examples of request bodies and resources: `examples.yaml` beside the serializers, by class name.

A serializer that is not there may give one itself, by its class method ``example``.
"""

import functools
import importlib.resources
from typing import Any

import yaml

from astra.api.serializers import ClosedSerializer


@functools.cache
def examples_of(package: str) -> dict[str, Any]:
    """Return the examples of a package's serializers, by the name of the class."""
    file = importlib.resources.files(package) / "examples.yaml"
    examples: dict[str, Any] = yaml.safe_load(file.read_text()) if file.is_file() else {}
    return examples


def example_of(serializer: type[ClosedSerializer]) -> Any:
    """Return the example of a serializer. Raises ``KeyError`` when it has none."""
    written = examples_of(serializer.__module__.rpartition(".")[0])
    own = getattr(serializer, "example", None)
    if serializer.__name__ in written or own is None:
        return written[serializer.__name__]
    return own()
