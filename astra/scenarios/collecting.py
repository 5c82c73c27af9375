"""From a checked document to its items, each in its place."""

import uuid
from collections.abc import Sequence
from typing import Any

from astra.scenarios.documents import Document
from astra.scenarios.sections import ROOT, Item, Section, all_sections, sections_of


def collect_items(document: Document, *, scenario: str) -> dict[str, list[Item]]:
    """Return the items of every section, by its name, in the order of the document.

    Ids that are not given follow from ``scenario``. Raises ``ScenarioError`` for two siblings of
    one name, and for an id that is there twice.
    """
    collection = _Collection(document, scenario)
    for section in sections_of(ROOT):
        collection.add(section, document.data.get(section.name, ()), None)
    return collection.items


class _Collection:
    def __init__(self, document: Document, scenario: str) -> None:
        self.items: dict[str, list[Item]] = {section.name: [] for section in all_sections()}
        self._document = document
        self._scenario = scenario
        self._seed: int = document.data.get("seed", 0)
        self._ids: set[uuid.UUID] = set()

    def add(self, section: Section, values: Sequence[Any], parent: Item | None) -> None:
        place = parent.path if parent else ()
        names: dict[str, Item] = {}
        for index, members in enumerate(values):
            name = str(members[section.key])
            item = Item(
                section=section,
                scenario=self._scenario,
                seed=self._seed,
                document=self._document,
                values=members,
                path=(*place, section.name, index),
                key=f"{parent.key}/{section.name}/{name}" if parent else f"{section.name}/{name}",
                parent=parent,
            )
            if name in names:
                raise item.error(f"Another of the {section.name} is called {name}.", section.key)
            if item.id in self._ids:
                raise item.error("This id is there twice.", "id")
            names[name] = item
            self._ids.add(item.id)
            self.items[section.name].append(item)
            for child in sections_of(section.name):
                self.add(child, members.get(child.name, ()), item)
        if parent is not None:
            parent.children[section.name] = list(names.values())
