"""Examples of request bodies and resources: `examples.yaml` beside the serializers, by class name."""

import functools
import importlib.resources
from typing import Any

import yaml

from astra.api.serializers import ClosedSerializer


@functools.cache
def examples_of(package: str) -> dict[str, Any]:
    """Return the examples of a package's serializers, by the name of the class."""
    text = (importlib.resources.files(package) / "examples.yaml").read_text()
    examples: dict[str, Any] = yaml.safe_load(text)
    return examples


def example_of(serializer: type[ClosedSerializer]) -> Any:
    """Return the example of a serializer. Raises ``KeyError`` when it has none."""
    return examples_of(serializer.__module__.rpartition(".")[0])[serializer.__name__]
