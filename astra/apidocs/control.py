"""The control surface in the document: `control*.yaml` describe the paths below `/simulator/v1`.

They are no part of the simulated API and have no serializers; a test compares paths and methods with
the URLs.
"""

from pathlib import Path
from typing import Any

import yaml

TAG = {
    "name": "Simulator",
    "description": "Control of the simulation itself, below `/simulator/v1`. It is no part of the"
    " simulated API.",
}
FILES = sorted(Path(__file__).parent.glob("control*.yaml"))


def add_control_surface(result: Any, generator: Any, request: Any, public: bool) -> Any:  # noqa: FBT001
    """Add the control surface, its tag last, to a document (a postprocessing hook of drf-spectacular)."""
    operations = [operation for path in result["paths"].values() for operation in path.values()]
    tags = sorted({tag for operation in operations for tag in operation["tags"]})
    result["tags"] = [*({"name": tag} for tag in tags), TAG]
    for file in FILES:
        described = yaml.safe_load(file.read_text())
        result["paths"] |= described["paths"]
        for kind, components in described["components"].items():
            result["components"].setdefault(kind, {}).update(components)
    return result
