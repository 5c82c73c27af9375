"""What a load did, or would do: how many of each kind are made, and how many are kept."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from astra.scenarios.sections import Count, all_sections


def _no_counts() -> dict[str, Count]:
    return {section.name: Count() for section in all_sections() if section.model is not None}


@dataclass(slots=True)
class Report:
    """What a load did, or, of a preview, would do."""

    scenario: str
    source: str
    is_preview: bool
    account_ids: list[uuid.UUID]
    counts: dict[str, Count] = field(default_factory=_no_counts)

    @property
    def created(self) -> int:
        """How much is new, of all kinds."""
        return sum(count.create for count in self.counts.values())

    def add(self, model: type[Model], *, create: int = 0, keep: int = 0) -> None:
        """Count rows of a model under the name of its section."""
        name = next(section.name for section in all_sections() if section.model is model)
        self.counts[name].create += create
        self.counts[name].keep += keep

    def add_all(self, made: Mapping[type[Model], Count]) -> None:
        """Count what a generator made."""
        for model, count in made.items():
            self.add(model, create=count.create, keep=count.keep)

    def as_json(self) -> dict[str, Any]:
        """Return the report as the control surface answers it."""
        return {
            "scenario": self.scenario,
            "source": self.source,
            "preview": self.is_preview,
            "accounts": [str(identifier) for identifier in self.account_ids],
            "counts": {
                kind: {"create": count.create, "keep": count.keep}
                for kind, count in self.counts.items()
            },
        }
