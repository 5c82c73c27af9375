"""Examples of ids in the OpenAPI document: those that the scenario `demo` has in every database."""

from collections.abc import Iterator
from typing import Any

from astra.resources import registry
from astra.scenarios.library import read_library
from astra.scenarios.loading import check_scenario, collect_items
from astra.scenarios.sections import Item

SCENARIO = "demo"


def add_ids(result: Any, generator: Any, request: Any, public: bool) -> Any:  # noqa: FBT001
    """Give the ids in paths the examples of one account (a postprocessing hook of drf-spectacular)."""
    ids = {
        resource.id_name: str(item.id)
        for item in _of_one_family()
        for resource in registry.resources()
        if resource.model is item.section.model
    }
    for parameter in result["components"]["parameters"].values():
        if parameter["in"] == "path" and parameter["name"] in ids:
            parameter["example"] = ids[parameter["name"]]
    return result


def _of_one_family() -> Iterator[Item]:
    """Yield the first item of each section among the children of those that were yielded before."""
    document = check_scenario(read_library(SCENARIO))
    chosen: dict[str, Item] = {}
    for name, items in collect_items(document, scenario=SCENARIO).items():
        parents = (None, *chosen.values())
        item = next((each for each in items if each.parent in parents), None)
        if item is not None:
            chosen[name] = item
            yield item
